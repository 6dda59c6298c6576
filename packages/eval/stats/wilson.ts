/** Wilson's interval of a share. */
import type { Interval } from "./interval.ts";

/** 97.5th percentile of the standard normal distribution. */
const z = 1.959963984540054;

/**
 * Wilson's 95 % interval of a share, for trials that are independent of each other. It keeps its width where all of them
 * agree.
 *
 * @param successes How many of the trials succeeded; half ones, for ties, are fine.
 * @param trials How many trials there were.
 * @returns The share and its interval; NaN of no trials.
 * @throws {RangeError} If there are more successes than trials, or a number is negative or none.
 *
 * @example Usage
 * ```ts
 * import { wilson } from "@tare/eval";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { low, high } = wilson(55, 100); // a win rate of 55 % on 100 prompts says little
 * assertAlmostEquals(low, 0.452, 5e-4);
 * assertAlmostEquals(high, 0.644, 5e-4);
 * ```
 */
export function wilson(successes: number, trials: number): Interval {
  if (!(successes >= 0 && successes <= trials && trials < Infinity)) {
    throw new RangeError(`Expected from 0 to ${trials} successes of ${trials} trials but found ${successes}`);
  }
  const mean = successes / trials;
  const middle = (mean + z * z / (2 * trials)) / (1 + z * z / trials);
  const half = z / (1 + z * z / trials) * Math.sqrt(mean * (1 - mean) / trials + z * z / (4 * trials * trials));
  return { mean, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
