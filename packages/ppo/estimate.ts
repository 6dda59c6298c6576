/** Advantages of an iteration's tokens, by either estimator. */
import { gae, rloo } from "./advantages.ts";
import type { PpoConfig } from "./config.ts";

/** A number for each token, an array an episode. */
export interface Estimates {
  /** How much better than expected each token was. */
  readonly advantages: readonly Float32Array[];
  /** What the critic should have expected; without a critic `undefined`. */
  readonly returns?: readonly Float32Array[];
}

/**
 * Estimates advantages: against a critic's values where there are some, else against the other responses to the prompt.
 *
 * @param rewards Of each token.
 * @param values What the critic expected before each token; `undefined` without one.
 * @param promptIds Of each episode.
 * @param config γ and λ.
 * @returns Advantages, and the returns that a critic learns from.
 */
export function estimate(
  rewards: readonly Float32Array[],
  values: readonly Float32Array[] | undefined,
  promptIds: readonly string[],
  config: Pick<PpoConfig, "gamma" | "lambda">,
): Estimates {
  if (values) {
    const each = rewards.map((rewards, i) => gae(rewards, values[i]!, config));
    return { advantages: each.map(({ advantages }) => advantages), returns: each.map(({ returns }) => returns) };
  }
  const totals = Float32Array.from(rewards, (rewards) => rewards.reduce((sum, reward) => sum + reward, 0));
  const better = rloo(totals, promptIds);
  return { advantages: rewards.map(({ length }, i) => new Float32Array(length).fill(better[i]!)) };
}
