/** The settings of PPO: their defaults, and what is refused. */
import { fillSettings, type SettingRule, settingRules } from "@tare/core";

/** How PPO learns. */
export interface PpoConfig {
  /** Iterations of rollout and update. */
  readonly iterations: number;
  /** Episodes of an iteration. */
  readonly episodes: number;
  /** Responses to each prompt of an iteration; RLOO needs two or more. */
  readonly samplesPerPrompt: number;
  /** Most tokens of a response. */
  readonly maxTokens: number;
  /** Logits are divided by this, when tokens are drawn and when their log-probabilities are computed. */
  readonly temperature: number;
  /** How often an iteration's episodes are learned from. */
  readonly epochs: number;
  /** Updates of an epoch. */
  readonly minibatches: number;
  /** Most tokens of a forward pass; the gradient stays that of the whole minibatch. */
  readonly microTokens: number;
  /** The policy's highest learning rate. */
  readonly learningRate: number;
  /** The critic's highest learning rate. */
  readonly criticLearningRate: number;
  /** How learning rates fall over the run. */
  readonly decay: "linear" | "constant";
  /** Share of the iterations in which learning rates rise. */
  readonly warmup: number;
  /** Iterations at the beginning in which the critic alone learns. */
  readonly criticWarmup: number;
  /** How advantages are estimated: with a critic, or against the other responses to the same prompt. */
  readonly advantages: "gae" | "rloo";
  /** Discount of later rewards. */
  readonly gamma: number;
  /** Weight of longer returns in generalised advantage estimation. */
  readonly lambda: number;
  /** Whether advantages are whitened over the tokens of an iteration. */
  readonly whiten: boolean;
  /** Ratios beyond 1 ± this teach nothing more. */
  readonly clip: number;
  /** Values that moved further than this teach nothing more. */
  readonly valueClip: number;
  /** Weight of the policy's entropy in its loss. */
  readonly entropyCoefficient: number;
  /** Estimator of the KL divergence from the reference, a token at a time. */
  readonly klEstimator: "k1" | "k3";
  /** β: weight of that divergence in the reward; where it adapts, the first one. */
  readonly klCoefficient: number;
  /** KL of an episode in nats that β adapts to; without one β stays. */
  readonly klTarget?: number;
  /** Episodes over which β adapts. */
  readonly klHorizon: number;
  /** Rewards are multiplied by this, or divided by their running standard deviation. */
  readonly rewardScale: number | "running";
  /** Scaled rewards are cut to ± this. */
  readonly rewardClip: number;
  /** Taken from the reward of an episode without end token. */
  readonly missingEosPenalty: number;
  /** Approximate KL from the rollout's policy, in nats a token, at which an iteration's updates end. */
  readonly targetKl?: number;
  /** Gradients are scaled down to this norm. */
  readonly maxNorm: number;
  /** Decay of the weights beside the gradient, as a share of the learning rate. */
  readonly weightDecay: number;
  /** Whether blocks are computed again in the backward pass, which saves memory. */
  readonly recompute: boolean;
  /** Decides prompts, draws and minibatches. */
  readonly seed: number;
}

/** Settings of {@linkcode ppo} where none are given. */
export const ppoDefaults: PpoConfig = {
  ...{ iterations: 100, episodes: 64, samplesPerPrompt: 1, maxTokens: 128, temperature: 1 },
  ...{ epochs: 4, minibatches: 1, microTokens: 2048 },
  ...{ learningRate: 1e-5, criticLearningRate: 1e-5, decay: "linear", warmup: 0, criticWarmup: 0 },
  ...{ advantages: "gae", gamma: 1, lambda: 0.95, whiten: true, clip: 0.2, valueClip: 0.2, entropyCoefficient: 0 },
  ...{ klEstimator: "k1", klCoefficient: 0.05, klHorizon: 10000 },
  ...{ rewardScale: 1, rewardClip: Infinity, missingEosPenalty: 0 },
  ...{ maxNorm: 1, weightDecay: 0, recompute: false, seed: 0 },
};

const { count, positive, share, nonNegative, seed, flag, oneOf, optional } = settingRules;

const fits = (test: (x: number) => boolean, words: string): SettingRule => ({
  fits: (x) => typeof x === "number" && test(x),
  words,
});
/** Episodes are held in memory: more than this is a slip of the keyboard. */
const most = 2 ** 20;
const held = fits((x) => Number.isInteger(x) && x >= 1 && x <= most, `an integer from 1 to ${most}`);
/** Above 0, and Infinity for "not at all". */
const limit = fits((x) => x > 0, "above 0");

/** What each setting may be. */
const rules: Readonly<Record<keyof PpoConfig, SettingRule>> = {
  ...{ iterations: count, episodes: held, samplesPerPrompt: held, maxTokens: count },
  temperature: fits(
    (x) => positive.fits(x),
    "above 0 (a policy that always takes the likeliest token explores nothing)",
  ),
  ...{ epochs: count, minibatches: count, microTokens: count },
  ...{ learningRate: positive, criticLearningRate: positive, decay: oneOf("linear", "constant") },
  warmup: { ...share, words: "from 0 to 1, a share of the iterations" },
  criticWarmup: fits((x) => Number.isSafeInteger(x) && x >= 0, "an integer of 0 or more"),
  ...{ advantages: oneOf("gae", "rloo"), gamma: share, lambda: share, whiten: flag },
  clip: fits((x) => x > 0 && x < 1, "between 0 and 1"),
  ...{ valueClip: limit, entropyCoefficient: nonNegative },
  ...{ klEstimator: oneOf("k1", "k3"), klCoefficient: nonNegative, klTarget: optional(positive), klHorizon: positive },
  rewardScale: {
    fits: (x) => x === "running" || positive.fits(x),
    words: 'a number above 0, or "running"',
  },
  ...{ rewardClip: limit, missingEosPenalty: nonNegative, targetKl: optional(positive) },
  ...{ maxNorm: limit, weightDecay: nonNegative, recompute: flag, seed },
};

/** What no two settings may say together: a test, and the way out. */
const conflicts: readonly (readonly [(config: PpoConfig) => boolean, (config: PpoConfig) => string])[] = [
  [
    (c) => c.episodes % c.samplesPerPrompt !== 0,
    (c) => `episodes of PPO to be a multiple of samplesPerPrompt, ${c.samplesPerPrompt}, but found ${c.episodes}`,
  ],
  [
    (c) => c.minibatches > c.episodes,
    (c) => `minibatches of PPO to be at most its ${c.episodes} episodes but found ${c.minibatches}`,
  ],
  [
    (c) => c.advantages === "rloo" && c.samplesPerPrompt < 2,
    (c) =>
      `samplesPerPrompt of PPO to be 2 or more with the advantages rloo, which compare responses to one prompt, but ` +
      `found ${c.samplesPerPrompt}`,
  ],
  [
    (c) => c.advantages === "rloo" && c.criticWarmup > 0,
    (c) => `criticWarmup of PPO to be 0 with the advantages rloo, which have no critic, but found ${c.criticWarmup}`,
  ],
  [
    (c) => c.criticWarmup >= c.iterations,
    (c) =>
      `criticWarmup of PPO to be below its ${c.iterations} iterations but found ${c.criticWarmup}: the policy would never ` +
      `learn`,
  ],
  [
    (c) => c.klTarget !== undefined && c.klCoefficient === 0,
    () => `klCoefficient of PPO to be above 0 with a klTarget but found 0, which no factor ever changes`,
  ],
];

/**
 * Fills in {@linkcode ppoDefaults} and refuses what makes no sense.
 *
 * @param given The caller's settings; those that are `undefined` are as good as absent.
 * @returns Every setting.
 * @throws {RangeError} If one is out of its range or unknown, or two contradict each other; the message names them.
 *
 * @example Usage
 * ```ts
 * import { fillPpoConfig, ppoDefaults } from "@tare/ppo";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(fillPpoConfig({ clip: 0.1 }), { ...ppoDefaults, clip: 0.1 });
 * assertThrows(() => fillPpoConfig({ advantages: "rloo" }), RangeError, "samplesPerPrompt of PPO to be 2 or more");
 * ```
 */
export function fillPpoConfig(given?: Partial<PpoConfig>): PpoConfig {
  const config = fillSettings(given, ppoDefaults, rules, { of: "PPO", optional: ["klTarget", "targetKl"] });
  for (const [wrong, words] of conflicts) if (wrong(config)) throw new RangeError(`Expected ${words(config)}`);
  return config;
}
