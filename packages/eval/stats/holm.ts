/** Several tests at once. */

/**
 * Holm's adjusted p-values: rejecting those below a level keeps the chance of any false rejection below it, whatever the
 * tests have to do with each other.
 *
 * The p-value that is the i-th smallest of m becomes the largest of min(1, (m − j + 1) p₍ⱼ₎) over j ≤ i.
 *
 * @param pValues P-values of the family of tests, each from 0 to 1.
 * @returns Adjusted ones, in the same order.
 * @throws {RangeError} If one is no p-value.
 *
 * @example Usage
 * ```ts
 * import { holm } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(holm([0.5, 0.01, 0.02]), [0.5, 0.03, 0.04]);
 * ```
 */
export function holm(pValues: readonly number[]): number[] {
  const odd = pValues.findIndex((p) => !(p >= 0 && p <= 1));
  if (odd >= 0) throw new RangeError(`Expected p-values from 0 to 1 but found ${pValues[odd]} at ${odd}`);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  pValues.map((p, i) => ({ p, i })).sort((x, y) => x.p - y.p).forEach(({ p, i }, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * p));
    adjusted[i] = largest;
  });
  return adjusted;
}
