/** Percentiles of numbers. */

/**
 * A percentile of numbers in ascending order; between two of them it goes straight from one to the other, as NumPy does.
 *
 * @param sorted The numbers, in ascending order; one or more.
 * @param p Which share of them lies below, from 0 to 1.
 * @returns The percentile.
 * @throws {RangeError} If there are no numbers.
 */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) throw new RangeError("Expected one number or more to take a percentile of but found none");
  const at = (sorted.length - 1) * p;
  const [low, high] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}
