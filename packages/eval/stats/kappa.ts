/** Cohen's κ: how far two raters agree beyond chance. */
import type { Coefficient } from "./coefficient.ts";

/** κ, and what it was made from. */
export type Kappa = Coefficient & {
  /** p_o: share of items on which both agree. */
  readonly observed: number;
  /** p_e: share on which they would by chance. */
  readonly expected: number;
};

/**
 * Cohen's κ = (p_o − p_e) / (1 − p_e), where p_o is the share on the diagonal and p_e = Σ p(c) q(c) over categories, p and q
 * being how often each rater uses them.
 *
 * Where both raters put everything into one category there is nothing that chance would not do: κ is 0 / 0, and null here.
 *
 * @param counts How often the first rater said the row's category and the second the column's.
 * @returns κ from −1 to 1, or null with the reason.
 * @throws {RangeError} If the table is not square, or a count is negative or none.
 *
 * @example Usage
 * ```ts
 * import { cohenKappa } from "@tare/eval";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { value, observed, expected } = cohenKappa([[20, 5], [10, 15]]);
 * assertAlmostEquals(observed, 0.7, 1e-12);
 * assertAlmostEquals(expected, 0.5, 1e-12);
 * assertAlmostEquals(value ?? NaN, 0.4, 1e-12);
 * ```
 */
export function cohenKappa(counts: readonly (readonly number[])[]): Kappa {
  for (const row of counts) {
    if (row.length !== counts.length) {
      throw new RangeError(`Expected a square table of ${counts.length} rows but found a row of ${row.length}`);
    }
    const odd = row.find((count) => !(count >= 0 && count < Infinity));
    if (odd !== undefined) throw new RangeError(`Expected counts of 0 or more but found ${odd}`);
  }
  // Whole numbers up to the division, so that the order of categories changes no bit.
  const total = sum(counts.map(sum));
  const agreed = sum(counts.map((row, i) => row[i]!));
  const chance = sum(counts.map((row, i) => sum(row) * sum(counts.map((other) => other[i]!))));
  const shares = { observed: agreed / total, expected: chance / (total * total) };
  if (total === 0) return { value: null, reason: "Expected items that both rated but found none", ...shares };
  if (chance === total * total) {
    return {
      value: null,
      reason: "Expected two categories in use or more but found one: chance agrees as well",
      ...shares,
    };
  }
  return { value: (total * agreed - chance) / (total * total - chance), ...shares };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
