/** Numbers that say how good a model is, from numbers it gave. */

/** How often a reward model puts the better completion first. */
export interface PairAccuracy {
  /** Share of the pairs; a tie is half a pair. */
  readonly accuracy: number;
  /** Lower end of Wilson's 95 % interval. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** Mean of chosen − rejected. */
  readonly margin: number;
  /** Number of pairs. */
  readonly pairs: number;
}

/**
 * Compares the scores of pairs.
 *
 * @param chosen Scores of the better completions.
 * @param rejected Scores of the others, in the same order.
 * @returns Accuracy with its interval, and the mean margin; NaN of no pairs.
 * @throws {RangeError} If there are not as many of both.
 *
 * @example Usage
 * ```ts
 * import { pairAccuracy } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * const { accuracy, margin, pairs } = pairAccuracy([3, 1, 2, 4], [1, 2, 2, 0]);
 * assertEquals([accuracy, margin, pairs], [2.5 / 4, 1.25, 4]);
 * ```
 */
export function pairAccuracy(chosen: ArrayLike<number>, rejected: ArrayLike<number>): PairAccuracy {
  const pairs = chosen.length;
  if (rejected.length !== pairs) {
    throw new RangeError(`Expected as many rejected scores as chosen ones, ${pairs}, but found ${rejected.length}`);
  }
  let [won, margin] = [0, 0];
  for (let i = 0; i < pairs; i++) {
    const difference = chosen[i]! - rejected[i]!;
    won += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
    margin += difference / pairs;
  }
  const [low, high] = wilson(won, pairs);
  return { accuracy: won / pairs, low, high, margin: pairs > 0 ? margin : NaN, pairs };
}

/** 97.5th percentile of the standard normal distribution. */
const z = 1.959963984540054;

/** Wilson's 95 % interval of a share. */
export function wilson(won: number, n: number): [low: number, high: number] {
  const share = won / n;
  const middle = (share + z * z / (2 * n)) / (1 + z * z / n);
  const half = z / (1 + z * z / n) * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/**
 * Pearson's correlation.
 *
 * @param x Some numbers.
 * @param y As many others.
 * @returns From −1 to 1; NaN where all of either are equal.
 */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const center = (values: number[]) => values.map((value) => value - mean(values));
  const [a, b] = [center(Array.from(x)), center(Array.from(y))];
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
