/** What becomes of a score before PPO learns from it: the same for every reward function, contrastive or not. */
import type { FinishReason } from "@tare/sampler";
import { checkLengths } from "./lengths.ts";

/** What {@linkcode shapeRewards} does to scores. */
export interface RewardShape {
  /** Scores are multiplied by this, or divided by the standard deviation of all scores so far. */
  readonly scale: number | "running";
  /** Scaled scores are cut to ± this. */
  readonly clip: number;
  /** Taken from the reward of an episode without end token. */
  readonly missingEosPenalty: number;
}

/** Count, mean and sum of squared deviations of all scores so far. */
export interface RewardMoments {
  /** How many there were. */
  readonly count: number;
  /** Their mean. */
  readonly mean: number;
  /** Sum of their squared deviations from it. */
  readonly m2: number;
}

/** What {@linkcode shapeRewards} gives. */
export interface ShapedRewards {
  /** The reward of each episode. */
  readonly rewards: Float32Array<ArrayBuffer>;
  /** What scores were multiplied by. */
  readonly scale: number;
  /** What to give the next time; `null` unless the scale runs. */
  readonly moments: RewardMoments | null;
}

/**
 * Makes rewards of scores, in this order: times the scale, cut to ± clip, minus the penalty for a missing end token.
 *
 * A running scale is 1 / the standard deviation (with n − 1) of all scores so far, these included; the mean stays, and as
 * long as no two scores differ the scale is 1.
 *
 * @param scores What the reward function said of each episode.
 * @param finishes Why each episode ended.
 * @param shape Scale, clip and penalty.
 * @param moments Those of the call before, for a running scale; `null` at the first.
 * @returns Rewards, the scale, and the moments of all scores so far.
 * @throws {RangeError} If there is not a finish for each score, or a score is no finite number.
 *
 * @example Scale, then clip, then the penalty
 * ```ts
 * import { shapeRewards } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { scale: 0.5, clip: 2, missingEosPenalty: 1 };
 * const { rewards } = shapeRewards(Float32Array.of(3, 8), ["eos", "length"], shape, null);
 * assertEquals(rewards, Float32Array.of(1.5, 1));
 * ```
 */
export function shapeRewards(
  scores: Float32Array,
  finishes: readonly FinishReason[],
  { scale: asked, clip, missingEosPenalty }: RewardShape,
  moments: RewardMoments | null,
): ShapedRewards {
  checkLengths("finishes", finishes, scores, "score");
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad >= 0) throw new RangeError(`Expected finite scores but found ${scores[bad]} for episode ${bad}`);
  const next = asked === "running" ? grow(moments, scores) : null;
  const scale = next ? scaleOf(next) : asked as number;
  const rewards = Float32Array.from(scores, (score, i) => {
    const clipped = Math.min(Math.max(score * scale, -clip), clip);
    return finishes[i] === "eos" ? clipped : clipped - missingEosPenalty;
  });
  return { rewards, scale, moments: next };
}

/** Adds scores one after the other, as Welford does. */
function grow(moments: RewardMoments | null, scores: Float32Array): RewardMoments {
  let { count, mean, m2 } = moments ?? { count: 0, mean: 0, m2: 0 };
  for (const score of scores) {
    const off = score - mean;
    mean += off / ++count;
    m2 += off * (score - mean);
  }
  return { count, mean, m2 };
}

function scaleOf({ count, m2 }: RewardMoments): number {
  return m2 > 0 ? Math.sqrt((count - 1) / m2) : 1;
}

/**
 * The reward of each token of an episode: −β · KL everywhere, and the episode's reward on top at the last token.
 *
 * @param reward The episode's.
 * @param kl KL divergence at each token, in nats.
 * @param coefficient β.
 * @returns A reward for each token.
 * @throws {RangeError} If there is no token.
 *
 * @example Usage
 * ```ts
 * import { tokenRewards } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tokenRewards(2, Float32Array.of(1, -2), 0.5), Float32Array.of(-0.5, 3));
 * ```
 */
export function tokenRewards(reward: number, kl: Float32Array, coefficient: number): Float32Array<ArrayBuffer> {
  if (kl.length === 0) throw new RangeError("Expected an episode of at least one token but found none");
  const last = kl.length - 1;
  return Float32Array.from(kl, (divergence, t) => (t === last ? reward : 0) - coefficient * divergence);
}
