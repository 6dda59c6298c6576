/** The settings of a training run: their defaults, and what is refused. */

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

const count = (x: unknown) => Number.isSafeInteger(x) && x as number >= 1;
const between = (low: number, high: number) => (x: unknown) => typeof x === "number" && x >= low && x <= high;
const positive = (x: unknown) => typeof x === "number" && x > 0 && x < Infinity;
const oneOf = (...names: string[]) => (x: unknown) => names.includes(x as string);
const optional = (fits: (x: unknown) => boolean) => (x: unknown) => x === undefined || fits(x);

/** What each setting may be: a test, and the same in words. */
const rules: Readonly<Record<keyof (RewardConfig & DpoConfig), readonly [(x: unknown) => boolean, string]>> = {
  batch: [count, "an integer of 1 or more"],
  epochs: [positive, "above 0"],
  steps: [optional(count), "an integer of 1 or more"],
  microTokens: [count, "an integer of 1 or more"],
  learningRate: [positive, "above 0"],
  warmup: [between(0, 1), "from 0 to 1, a share of the updates"],
  decay: [oneOf("cosine", "linear", "constant"), '"cosine", "linear" or "constant"'],
  floor: [between(0, 1), "from 0 to 1, a share of the learning rate"],
  maxNorm: [(x) => typeof x === "number" && x > 0, "above 0"],
  weightDecay: [between(0, Number.MAX_VALUE), "0 or more"],
  seed: [(x) => Number.isInteger(x) && between(0, 2 ** 32 - 1)(x), "an integer from 0 to 2³² − 1"],
  evalEvery: [optional(count), "an integer of 1 or more"],
  recompute: [(x) => typeof x === "boolean", "true or false"],
  centring: [between(0, Number.MAX_VALUE), "0 or more"],
  beta: [positive, "above 0"],
  labelSmoothing: [(x) => between(0, 0.5)(x) && x !== 0.5, "from 0 to below 0.5"],
  loss: [oneOf("dpo", "ipo"), '"dpo" or "ipo"'],
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
  const chosen = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  const config = { ...defaults, ...Object.fromEntries(chosen) };
  const known = [...Object.keys(defaults), "steps", "evalEvery"]; // these two have no default
  for (const [name, value] of Object.entries(config)) {
    if (!known.includes(name)) {
      throw new RangeError(`Expected settings of training among ${known.join(", ")} but found ${name}`);
    }
    const [fits, words] = rules[name as keyof typeof rules];
    if (!fits(value)) throw new RangeError(`Expected ${name} of training to be ${words} but found ${value}`);
  }
  return config;
}
