/** Numbers as a terminal shows them. */
import type { Interval } from "@tare/eval";

/** A number with its interval behind it. */
export function within({ mean, low, high }: Interval, text: (x: number) => string): string {
  return `${text(mean)} (${text(low)} to ${text(high)})`;
}

/** A share, from 0 to 1, in per cent. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
