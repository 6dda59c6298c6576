/** The numbers of an iteration, by their names. */
import type { Episode } from "@tare/sampler";
import { explainedVariance } from "./advantages.ts";

/** What an iteration came to, an entry an episode. */
export interface IterationFacts {
  /** The episodes. */
  readonly episodes: readonly Episode[];
  /** What the reward function said. */
  readonly scores: Float32Array;
  /** Rewards of the tokens, KL included. */
  readonly rewards: readonly Float32Array[];
  /** log p − log q summed over the tokens. */
  readonly kl: readonly number[];
  /** Values of the tokens, with a critic. */
  readonly values?: readonly Float32Array[];
  /** Returns of the tokens, with a critic. */
  readonly returns?: readonly Float32Array[];
  /** Seconds of each part of the work. */
  readonly seconds: { readonly rollout: number; readonly score: number; readonly update: number };
}

/** The sum of some numbers, a float64. */
export const sumOf = (numbers: ArrayLike<number>): number => Array.from(numbers).reduce((a, b) => a + b, 0);

/**
 * Describes an iteration.
 *
 * @param facts What it came to.
 * @returns Numbers by name; those of the updates are not among them.
 */
export function iterationMetrics(facts: IterationFacts): Record<string, number> {
  const { episodes, scores, rewards, kl, values, returns, seconds } = facts;
  const count = episodes.length;
  const tokens = episodes.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const logProbs = episodes.reduce((sum, { logProbs }) => sum + sumOf(logProbs), 0);
  return {
    "objective/kl": sumOf(kl) / count,
    "objective/entropy": -logProbs / tokens,
    "objective/scores": sumOf(scores) / count,
    "objective/rlhf_reward": rewards.reduce((sum, each) => sum + sumOf(each), 0) / count,
    ...values && returns && { "val/explained_variance": explainedVariance(values, returns) },
    eos_rate: episodes.filter(({ finish }) => finish === "eos").length / count,
    response_length: tokens / count,
    "perf/tokens_per_second": tokens / (seconds.rollout + seconds.score + seconds.update),
    "perf/rollout_seconds": seconds.rollout,
    "perf/score_seconds": seconds.score,
    "perf/update_seconds": seconds.update,
  };
}
