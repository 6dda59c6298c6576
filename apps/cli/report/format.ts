/** Numbers as people read them. */
import type { Estimate } from "@tare/contrastive";

/** A number with as many digits as it is worth: three, or none behind the point where there are more before it. */
export function figure(number: number): string {
  if (!Number.isFinite(number)) return "not a number";
  const size = Math.abs(number);
  if (size >= 1e7 || (size > 0 && size < 5e-4)) return minus(number.toExponential(1).replace("e+", "e"));
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return minus(number.toFixed(digits));
}

/** A number with its sign, for differences. */
export function signed(number: number): string {
  return `${number >= 0 ? "+" : ""}${figure(number)}`;
}

/** A share as a percentage. */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${minus((100 * share).toFixed(0))}\u202f%` : figure(share);
}

/** An interval in words: "0.1 to 0.2". */
export function interval({ low, high }: Estimate, write: (number: number) => string = figure): string {
  return `${write(low)} to ${write(high)}`;
}

/** A number and its interval: "0.15 (0.1 to 0.2)". */
export function estimate(number: Estimate, write: (number: number) => string = figure): string {
  return `${write(number.value)} (${interval(number, write)})`;
}

/** What an interval says beside a number that would mean nothing: it lies above, below, or leaves both open. */
export function readOf<T>(
  { low, high }: Estimate,
  nothing: number,
  reads: { readonly above: T; readonly below: T; readonly open: T },
): T {
  return low > nothing ? reads.above : high < nothing ? reads.below : reads.open;
}

/** How many of something: "1 prompt", "2,000 prompts". */
export function count(number: number, noun: string, several: string = `${noun}s`): string {
  const digits = `${number}`.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${digits} ${number === 1 ? noun : several}`;
}

/** Names in a row: "a, b and c". */
export function list(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The typographic minus; none before a zero. */
function minus(text: string): string {
  return text.replace(/^-(?=[0.]*$)/, "").replace(/^-/, "\u2212").replace("e-", "e\u2212");
}
