/** How far the policy has gone from the reference, and how much that costs. */
import { checkLengths } from "./lengths.ts";

/**
 * Estimates the KL divergence of the policy from the reference at each token that the policy drew. With k1 = ln π − ln π_ref,
 * held within ± 20 first so that one token cannot outweigh a run:
 *
 *     k1   k1                      its mean is the divergence; a single one may be negative
 *     k3   exp(−k1) − 1 + k1       the same mean within ± 20, never negative, of less variance near the reference
 *
 * @param logProbs Log-probability of each token under the policy, in nats.
 * @param referenceLogProbs The same under the reference, at the same temperature.
 * @param estimator Which.
 * @returns A number for each token, in nats.
 * @throws {RangeError} If there is not one number under each for every token.
 *
 * @example Usage
 * ```ts
 * import { tokenKl } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * const [policy, reference] = [Float32Array.of(-1, -3), Float32Array.of(-1.5, -2)];
 * assertEquals(tokenKl(policy, reference, "k1"), Float32Array.of(0.5, -1));
 * assertEquals(tokenKl(policy, reference, "k3")[0], Math.fround(Math.exp(-0.5) - 1 + 0.5));
 * ```
 */
export function tokenKl(
  logProbs: Float32Array,
  referenceLogProbs: Float32Array,
  estimator: "k1" | "k3",
): Float32Array<ArrayBuffer> {
  checkLengths("log-probabilities under the reference", referenceLogProbs, logProbs);
  return Float32Array.from(logProbs, (logProb, t) => {
    const k1 = Math.min(Math.max(logProb - referenceLogProbs[t]!, -20), 20);
    return estimator === "k1" ? k1 : Math.expm1(-k1) + k1;
  });
}

/** What {@linkcode adaptKl} aims at. */
export interface KlControl {
  /** KL of an episode to arrive at, in nats. */
  readonly target: number;
  /** Episodes over which the coefficient adapts. */
  readonly horizon: number;
  /** Episodes of the iteration that `kl` was measured on. */
  readonly episodes: number;
}

/**
 * Adapts the weight β of the KL divergence: β · (1 + clip(kl / target − 1, ± 0.2) · episodes / horizon), the proportional
 * controller of Ziegler et al. (arXiv 1909.08593).
 *
 * @param coefficient β so far.
 * @param kl KL of an episode in nats, the mean of an iteration.
 * @param control Target, horizon, and size of the iteration.
 * @returns The next β.
 *
 * @example Too far from the reference, the distance costs more
 * ```ts
 * import { adaptKl } from "@tare/ppo";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(adaptKl(0.2, 12, { target: 6, horizon: 10000, episodes: 500 }), 0.2 * 1.01);
 * ```
 */
export function adaptKl(coefficient: number, kl: number, { target, horizon, episodes }: KlControl): number {
  const error = Math.min(Math.max(kl / target - 1, -0.2), 0.2);
  return coefficient * (1 + error * episodes / horizon);
}
