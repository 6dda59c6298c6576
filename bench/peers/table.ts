/** The rows of a comparison, as a table and as JSON. */

/** One comparison. */
export interface Row {
  readonly name: string;
  readonly device: string;
  readonly shape: string;
  readonly ours: number;
  /** `null` where there is nothing to compare with. */
  readonly peer: number | null;
  readonly unit: "GFLOP/s" | "ms";
  /** How many times as fast as the peer ours is: above 1, ours is faster. */
  readonly ratio: number | null;
  /** The rate as a share of the bare micro-kernel's, measured in the same minutes; one thread only. */
  readonly ofMicroKernel?: number;
  /** The rate as a multiple of our own with one thread. */
  readonly ofOneThread?: number;
}

/** Makes a row; gives its ratio and rounds its numbers. */
export function row(facts: Omit<Row, "ratio">): Row {
  const { name, device, shape, ours, peer, unit, ofMicroKernel, ofOneThread } = facts;
  const faster = unit === "ms" ? (peer ?? 0) / ours : ours / (peer ?? 1);
  return {
    ...{ name, device, shape, ours: round(ours), peer: peer === null ? null : round(peer), unit },
    ratio: peer === null ? null : round(faster),
    ...ofMicroKernel === undefined ? {} : { ofMicroKernel: round(ofMicroKernel) },
    ...ofOneThread === undefined ? {} : { ofOneThread: round(ofOneThread) },
  };
}

/** A column of a table: its title, what it shows of a row, and whether that is a number, to be aligned at the right. */
export type Column<R> = readonly [
  title: string,
  cell: (row: R) => string | number | null | undefined,
  isNumber?: boolean,
];

const columns: readonly Column<Row>[] = [
  ["name", (row) => row.name],
  ["device", (row) => row.device],
  ["shape", (row) => row.shape],
  ["ours", (row) => row.ours, true],
  ["peer", (row) => row.peer, true],
  ["unit", (row) => row.unit],
  ["ratio", (row) => row.ratio, true],
  ["of micro-kernel", (row) => row.ofMicroKernel, true],
  ["of one thread", (row) => row.ofOneThread, true],
];

/** The comparisons as a Markdown table. */
export function table(rows: readonly Row[]): string {
  return markdown(rows, columns);
}

/** A Markdown table, its columns aligned. */
export function markdown<R>(rows: readonly R[], columns: readonly Column<R>[]): string {
  const cells = rows.map((row) => columns.map(([, cell]) => `${cell(row) ?? ""}`));
  const widths = columns.map(([title], i) => Math.max(title.length, ...cells.map((line) => line[i]!.length)));
  const isNumber = (i: number) => columns[i]![2] ?? false;
  const format = (line: readonly string[]) =>
    `| ${line.map((cell, i) => isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)).join(" | ")} |`;
  const rule = `| ${
    widths.map((width, i) => isNumber(i) ? `${"-".repeat(width - 1)}:` : "-".repeat(width)).join(" | ")
  } |`;
  return [format(columns.map(([title]) => title)), rule, ...cells.map(format)].join("\n");
}

/** Three significant digits, but no fewer than those before the point. */
export function round(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
