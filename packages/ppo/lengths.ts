/** Numbers that belong together. */

/** Refuses a list that does not have one element for each of another. */
export function checkLengths(
  what: string,
  found: ArrayLike<unknown>,
  expected: ArrayLike<unknown>,
  each = "token",
): void {
  if (found.length === expected.length) return;
  throw new RangeError(`Expected ${expected.length} ${what}, one for each ${each}, but found ${found.length}`);
}
