/** Logistic regression on one number: logit P = θ + φ t. */

/** What {@linkcode logistic} found. */
export interface Logistic {
  /** θ: the logit where t is 0. */
  readonly theta: number;
  /** φ: what t adds to it. */
  readonly phi: number;
  /** The inverse of the curvature: variances of θ and φ were rows independent, and their covariance. */
  readonly covariance: Symmetric;
}

/** A symmetric matrix of two rows: its two diagonal entries, and the other one. */
type Symmetric = readonly [first: number, second: number, mixed: number];

/** σ(x) = 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/**
 * Maximises Σ y log σ(θ + φt) + (1 − y) log σ(−θ − φt) − λ φ² / 2 by Newton's steps, halved where they go too far.
 *
 * @param t A number of each row, not the same in all.
 * @param y What came out, from 0 to 1.
 * @param ridge λ.
 */
export function logistic(t: readonly number[], y: readonly number[], ridge: number): Logistic {
  let [theta, phi] = [0, 0];
  let covariance: Symmetric = [0, 0, 0];
  const loss = (theta: number, phi: number) =>
    t.reduce((sum, x, i) => {
      const z = theta + phi * x;
      return sum + Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - y[i]! * z;
    }, ridge * phi * phi / 2);
  let least = loss(theta, phi);
  for (let step = 0; step < 100; step++) {
    let [g0, g1, h00, h11, h01] = [0, -ridge * phi, 0, ridge, 0];
    t.forEach((x, i) => {
      const p = sigmoid(theta + phi * x);
      const w = p * (1 - p);
      g0 += y[i]! - p;
      g1 += (y[i]! - p) * x;
      h00 += w;
      h11 += w * x * x;
      h01 += w * x;
    });
    covariance = inverse([h00, h11, h01]);
    const [v0, v1, v01] = covariance;
    const [d0, d1] = [v0 * g0 + v01 * g1, v01 * g0 + v1 * g1];
    if (Math.abs(d0) + Math.abs(d1) < 1e-11) break;
    let size = 1;
    while (size > 1e-6 && loss(theta + size * d0, phi + size * d1) > least + 1e-9) size /= 2;
    [theta, phi] = [theta + size * d0, phi + size * d1];
    least = loss(theta, phi);
  }
  return { theta, phi, covariance };
}

function inverse([first, second, mixed]: Symmetric): Symmetric {
  const determinant = first * second - mixed * mixed;
  return [second / determinant, first / determinant, -mixed / determinant];
}

/**
 * The variance of θ when whole clusters are drawn anew: H⁻¹ Σ g gᵀ H⁻¹ C / (C − 1), with g the score of each of C clusters.
 *
 * @param sizes How many rows each cluster has; they stand one behind the other.
 * @param t As in the fit.
 * @param y As in the fit.
 * @param fit What {@linkcode logistic} found.
 */
export function clusteredVariance(
  sizes: readonly number[],
  t: readonly number[],
  y: readonly number[],
  { theta, phi, covariance: [v0, , v01] }: Logistic,
): number {
  let [row, sum] = [0, 0];
  for (const size of sizes) {
    let influence = 0;
    for (const end = row + size; row < end; row++) {
      const residual = y[row]! - sigmoid(theta + phi * t[row]!);
      influence += residual * (v0 + v01 * t[row]!);
    }
    sum += influence * influence;
  }
  return sum * sizes.length / (sizes.length - 1);
}
