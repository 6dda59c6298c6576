/** Numbers as people read them, and sentences that both reports say. */
import type { Interval } from "../stats/interval.ts";

/** A share as a percentage with a digit behind the point. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${minus((100 * share).toFixed(1))}\u202f%` : "–";
}

/** An interval of a share in words: "41.0 to 53.2 %". */
export function interval({ low, high }: Pick<Interval, "low" | "high">): string {
  return `${minus((100 * low).toFixed(1))} to ${percent(high)}`;
}

/** A share and its interval: "47.1 % (41.0 to 53.2 %)"; a dash where there is none. */
export function estimate(rate: Interval): string {
  return Number.isFinite(rate.mean) ? `${percent(rate.mean)} (${interval(rate)})` : "–";
}

/** A p-value: three digits, and no false zero. */
export function pValue(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

/** A number with as many digits as it is worth. */
export function figure(number: number): string {
  if (!Number.isFinite(number)) return "–";
  return minus(number.toFixed(Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2));
}

/** How many of something: "1 prompt", "2,000 prompts". */
export function count(number: number, noun: string, several: string = `${noun}s`): string {
  const digits = `${number}`.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${digits} ${number === 1 ? noun : several}`;
}

/** Names in a row: "a, b and c". */
export function list(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A text, and no more of it than so many characters. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most)} … (${text.length - most} characters more)`;
}

/** The typographic minus; none before a zero. */
function minus(text: string): string {
  return text.replace(/^-(?=[0.]*$)/, "").replace(/^-/, "\u2212");
}
