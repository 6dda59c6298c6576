/** A number with its uncertainty. */

/** A mean and where it may lie. */
export interface Interval {
  /** The estimate. */
  readonly mean: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** A share of which nothing is known. */
export const unknownShare: Interval = { mean: NaN, low: 0, high: 1 };

/**
 * Refuses a level that is no share.
 *
 * @param level Share of repetitions in which an interval should hold the truth.
 * @throws {RangeError} If it is not between 0 and 1.
 */
export function checkLevel(level: number): void {
  if (level > 0 && level < 1) return;
  throw new RangeError(`Expected a level between 0 and 1, such as 0.95, but found ${level}`);
}
