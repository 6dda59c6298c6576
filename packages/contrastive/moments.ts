/** Means and sums of squares, exact where all numbers are equal: a spread of 0 is found out, not divided by. */

/** Mean of one number or more. */
export function mean(values: readonly number[]): number {
  const first = values[0]!;
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

/** Sum of squared distances from their mean. */
export function squares(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}
