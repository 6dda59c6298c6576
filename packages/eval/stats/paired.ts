/** Differences of pairs: two methods on the same seeds. */
import { checkLevel, type Interval } from "./interval.ts";
import { tQuantile } from "./t.ts";

/** A mean difference with Student's interval. */
export interface PairedInterval extends Interval {
  /** Standard deviation of the differences. */
  readonly deviation: number;
  /** How many pairs there were. */
  readonly pairs: number;
}

/**
 * Mean of a − b over pairs with its t interval: mean ± t(ν) · s / √n with ν = n − 1. For a few numbers that stand for whole
 * runs, one pair a seed: the spread between runs is in it.
 *
 * @param a Numbers of one method.
 * @param b Numbers of the other, on the same seeds in the same order.
 * @param level Share of repetitions in which the interval should hold the truth.
 * @returns Mean difference, interval and deviation.
 * @throws {RangeError} If there are fewer than 2 pairs, not as many of both, or a number is not finite.
 *
 * @example Usage
 * ```ts
 * import { pairedInterval } from "@tare/eval";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { mean, low, high } = pairedInterval([0.71, 0.69, 0.75, 0.7], [0.64, 0.65, 0.66, 0.66]);
 * assertAlmostEquals(mean, 0.06, 1e-12);
 * assertAlmostEquals(low, 0.06 - 3.1824463053 * Math.sqrt(0.0018 / 3 / 4), 1e-9);
 * assertAlmostEquals(high - mean, mean - low, 1e-12);
 * ```
 */
export function pairedInterval(a: ArrayLike<number>, b: ArrayLike<number>, level = 0.95): PairedInterval {
  checkLevel(level);
  const pairs = a.length;
  if (b.length !== pairs) throw new RangeError(`Expected as many numbers of both, ${pairs}, but found ${b.length}`);
  if (pairs < 2) {
    throw new RangeError(`Expected 2 pairs or more, to know how far they differ, but found ${pairs}: run more seeds`);
  }
  const differences = Array.from(a, (value, i) => value - b[i]!);
  const odd = differences.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) throw new RangeError(`Expected finite numbers but found ${a[odd]} and ${b[odd]} as pair ${odd}`);
  const mean = differences.reduce((sum, value) => sum + value, 0) / pairs;
  const deviation = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (pairs - 1));
  const half = tQuantile((1 + level) / 2, pairs - 1) * deviation / Math.sqrt(pairs);
  return { mean, low: mean - half, high: mean + half, deviation, pairs };
}
