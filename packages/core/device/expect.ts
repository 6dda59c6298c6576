/** Checks of plain numbers that users give. */

/**
 * Refuses a value in one sentence.
 *
 * @param holds Whether the value is as it should be.
 * @param what What was expected, with the name of the option.
 * @param where Of which function.
 * @param found The value.
 * @throws {RangeError} If it does not hold.
 */
export function expect(holds: boolean, what: string, where: string, found: unknown): void {
  if (!holds) throw new RangeError(`Expected ${what} in ${where} but found ${found}`);
}
