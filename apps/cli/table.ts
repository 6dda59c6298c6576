/** Text tables for terminals. */

/** Lays out rows under a header, columns as wide as their longest cell; ends with a line break. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => cell.padEnd(widths[i]!)).join("  ").trimEnd() + "\n";
  return [header, widths.map((width) => "─".repeat(width)), ...rows].map(line).join("");
}
