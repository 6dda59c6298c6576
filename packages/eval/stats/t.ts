/** Student's t distribution with a whole number of degrees of freedom, in closed form. */

/**
 * The value below which Student's t lies with a given probability.
 *
 * With θ = atan(t / √ν) the probability of |T| ≤ t is a finite sum of powers of cos θ (Abramowitz and Stegun 26.7.3 and
 * 26.7.4); it is inverted by halving.
 *
 * @param p The probability, between 0 and 1.
 * @param degrees Degrees of freedom ν, an integer of 1 or more.
 * @returns The quantile.
 * @throws {RangeError} If either is out of range.
 *
 * @example Usage
 * ```ts
 * import { tQuantile } from "@tare/eval";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(tQuantile(0.975, 9), 2.2621571628, 1e-9);
 * ```
 */
export function tQuantile(p: number, degrees: number): number {
  if (!Number.isSafeInteger(degrees) || degrees < 1) {
    throw new RangeError(`Expected degrees of freedom to be an integer of 1 or more but found ${degrees}`);
  }
  if (!(p > 0 && p < 1)) throw new RangeError(`Expected a probability between 0 and 1 but found ${p}`);
  const within = Math.abs(2 * p - 1); // probability of |T| ≤ |t|
  let [low, high] = [0, Math.PI / 2];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (central(middle, degrees) < within) low = middle;
    else high = middle;
  }
  return Math.sign(p - 0.5) * Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** The probability of |T| ≤ √ν tan θ. */
function central(theta: number, degrees: number): number {
  const square = Math.cos(theta) ** 2;
  const odd = degrees % 2;
  let [term, sum] = [odd ? Math.cos(theta) : 1, 0];
  for (let k = odd; k < degrees - 1; k += 2) {
    sum += term;
    term *= square * (k + 1) / (k + 2);
  }
  return odd ? 2 / Math.PI * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}
