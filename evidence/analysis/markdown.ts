/** Markdown as `deno fmt` leaves it, and numbers as people read them. */
import type { Effect } from "./compare.ts";

/** A table. The first column is text, the others are numbers. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(i === 0 ? 3 : 2, ...[head, ...rows].map((row) => width(row[i]!))));
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, i) => {
        const room = " ".repeat(widths[i]! - width(cell));
        return i === 0 ? cell + room : room + cell;
      }).join(" | ")
    } |`;
  const rule = `| ${widths.map((w, i) => i === 0 ? "-".repeat(w) : `${"-".repeat(w - 1)}:`).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

const width = (text: string): number => [...text].length;

/** A number with a fixed count of decimals and a typographic minus. */
export function fixed(value: number | undefined, digits = 3): string {
  if (value === undefined || !Number.isFinite(value)) return "";
  return value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "−");
}

/** A number with its sign. */
export function signed(value: number, digits = 3): string {
  return `${value >= 0 ? "+" : ""}${fixed(value, digits)}`;
}

/** A difference and its interval: "+0.021 (−0.004 to +0.046)". */
export function effectText(effect: Effect | undefined, digits = 3): string {
  if (!effect) return "";
  return `${signed(effect.mean, digits)} (${signed(effect.low, digits)} to ${signed(effect.high, digits)})`;
}

/** A probability. */
export function pText(p: number | undefined): string {
  if (p === undefined) return "";
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
