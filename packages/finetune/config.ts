/** The settings of a training run: their defaults, and what is refused. */
import { fillSettings, type SettingRule, settingRules } from "@tare/core";

/** What all trainers have in common. */
export interface TrainingConfig {
  /** Examples of an update; at most as many as there are. */
  readonly batch: number;
  /** How often each example is seen. Not counted where `steps` is given. */
  readonly epochs: number;
  /** Number of updates; by default as many as the epochs take. */
  readonly steps?: number;
  /** Most tokens of a forward pass. A batch goes through in several; its gradient stays that of the whole. */
  readonly microTokens: number;
  /** The highest learning rate. */
  readonly learningRate: number;
  /** Share of the updates in which the learning rate rises to its highest. */
  readonly warmup: number;
  /** How the learning rate falls afterwards. */
  readonly decay: "cosine" | "linear" | "constant";
  /** Where it falls to, as a share of the highest. */
  readonly floor: number;
  /** Gradients are scaled down to this norm. */
  readonly maxNorm: number;
  /** Decay of the weights beside the gradient, as a share of the learning rate. */
  readonly weightDecay: number;
  /** Decides the order of the examples. */
  readonly seed: number;
  /** Updates between two evaluations; by default a tenth of the run. There is always one at the end. */
  readonly evalEvery?: number;
  /** Whether blocks are computed again in the backward pass, which saves memory. */
  readonly recompute: boolean;
}

/** Settings of a reward model's training. */
export interface RewardConfig extends TrainingConfig {
  /** Weight of (r_chosen + r_rejected)², which holds the rewards near zero. Pairs only. */
  readonly centring: number;
}

/** Settings of direct preference optimisation. */
export interface DpoConfig extends TrainingConfig {
  /** How much a change of log-probability counts: the larger, the nearer the policy stays to the reference. */
  readonly beta: number;
  /** Share of the pairs that are taken to be labelled the wrong way round, below 0.5. For the loss `dpo` only. */
  readonly labelSmoothing: number;
  /** The log-sigmoid loss of DPO, or the squared one of IPO. */
  readonly loss: "dpo" | "ipo";
}

/** Settings of {@linkcode sft} where none are given: for fine-tuning; from scratch a small model takes 1e-3. */
export const sftDefaults: TrainingConfig = {
  ...{ batch: 32, epochs: 1, microTokens: 2048, learningRate: 1e-4, warmup: 0.05, decay: "cosine", floor: 0.1 },
  ...{ maxNorm: 1, weightDecay: 0, seed: 0, recompute: false },
};

/** Settings of {@linkcode reward} where none are given. */
export const rewardDefaults: RewardConfig = { ...sftDefaults, centring: 0 };

/** Settings of {@linkcode dpo} where none are given. */
export const dpoDefaults: DpoConfig = {
  ...sftDefaults,
  ...{ learningRate: 1e-5, beta: 0.1, labelSmoothing: 0, loss: "dpo" },
};

const { count, positive, share, nonNegative, seed, flag, oneOf, optional } = settingRules;

/** What each setting may be. */
const rules: Readonly<Record<keyof (RewardConfig & DpoConfig), SettingRule>> = {
  ...{ batch: count, epochs: positive, steps: optional(count), microTokens: count, learningRate: positive },
  warmup: { ...share, words: "from 0 to 1, a share of the updates" },
  decay: oneOf("cosine", "linear", "constant"),
  floor: { ...share, words: "from 0 to 1, a share of the learning rate" },
  maxNorm: { ...positive, fits: (x) => positive.fits(x) || x === Infinity },
  ...{ weightDecay: nonNegative, seed, evalEvery: optional(count), recompute: flag, centring: nonNegative },
  beta: positive,
  labelSmoothing: { fits: (x) => nonNegative.fits(x) && x as number < 0.5, words: "from 0 to below 0.5" },
  loss: oneOf("dpo", "ipo"),
};

/**
 * Fills in defaults and refuses what makes no sense.
 *
 * @param given The caller's settings; those that are `undefined` are as good as absent.
 * @param defaults The trainer's.
 * @returns Every setting.
 * @throws {RangeError} If one is out of its range, or unknown; the message names it.
 */
export function fillConfig<C extends TrainingConfig>(given: Partial<C> | undefined, defaults: C): C {
  return fillSettings(given, defaults, rules, { of: "training", optional: ["steps", "evalEvery"] });
}
