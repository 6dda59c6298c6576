/** What is compared. */
import type { Baseline } from "@tare/contrastive";
import type { DpoConfig } from "@tare/finetune";
import type { PpoConfig } from "@tare/ppo";
import { amounts } from "./settings.ts";

/** An arm of reinforcement learning. */
export interface Arm {
  readonly kind: "ppo";
  /** Whose baselines are subtracted: nobody's, each prompt's own, another prompt's, or the mean over all prompts. */
  readonly table: "none" | "own" | "shuffled" | "constant";
  /** Which number of a prompt's k rewards is subtracted. */
  readonly baseline?: Baseline;
  /** Responses behind a baseline. */
  readonly k?: number;
  /** What the critic begins as: the policy with a zero head, the reward model, or that fitted to the offline rewards. */
  readonly critic?: "zero" | "reward" | "fitted";
  /** Whether rewards are divided by their running deviation instead of by one constant for all arms. */
  readonly running?: boolean;
  readonly config: Partial<PpoConfig>;
}

/** Direct preference optimisation; it sees pairs, whatever the reward model learned from. */
export interface DpoArm {
  readonly kind: "dpo";
  readonly config: Partial<DpoConfig>;
}

/** The reward model, and what needs no training beside it: SFT, best of 5. */
export interface StartArm {
  readonly kind: "start";
}

const { episodes } = amounts;

/** A learning rate for the policy; critics take twice that. */
const rate = (learningRate: number) => ({ learningRate, criticLearningRate: 2 * learningRate });

const tuning = [3e-4, 8e-4].flatMap((lr) => [0.1, 0.3].map((beta) => ({ lr, beta })));

/** The same number of settings for each arm: two learning rates × two β × two of what else it has. */
export const tuningArms: Readonly<Record<string, Arm | DpoArm>> = Object.fromEntries(
  tuning.flatMap(({ lr, beta }): [string, Arm | DpoArm][] => {
    const config = { ...rate(lr), klCoefficient: beta };
    return [
      ...(["zero", "reward"] as const).flatMap((critic): [string, Arm][] => [
        [`ppo,lr=${lr},beta=${beta},critic=${critic}`, { kind: "ppo", table: "none", critic, config }],
        [`contrastive,lr=${lr},beta=${beta},critic=${critic}`, { kind: "ppo", table: "own", critic, config }],
      ]),
      ...[2, 4].map((n): [string, Arm] => [
        `rloo,lr=${lr},beta=${beta},n=${n}`,
        { kind: "ppo", table: "none", config: { ...config, advantages: "rloo", samplesPerPrompt: n } },
      ]),
      ...[1, 2].map((epochs): [string, DpoArm] => [
        `dpo,lr=${lr / 4},beta=${beta},epochs=${epochs}`,
        { kind: "dpo", config: { learningRate: lr / 4, beta, epochs } },
      ]),
    ];
  }),
);

/** What tuning chose; `docs/adr/0013-the-evidence.md` says by which rule. */
const chosen = {
  ppo: { ...rate(8e-4), klCoefficient: 0.3 },
  contrastive: { ...rate(8e-4), klCoefficient: 0.3 },
  rloo: { ...rate(3e-4), klCoefficient: 0.3, advantages: "rloo", samplesPerPrompt: 4 },
  dpo: { learningRate: 2e-4, beta: 0.3, epochs: 2 },
} as const;

/** Each arm's own best critic. */
const critics = { ppo: "reward", contrastive: "reward" } as const;

/** KL that the runs which are held to one are held to, in nats, and how fast β follows. */
const held = { klTarget: 1.5, klHorizon: 200 };

const ppo: Arm = { kind: "ppo", table: "none", critic: critics.ppo, config: chosen.ppo };
const contrastive: Arm = { kind: "ppo", table: "own", critic: critics.contrastive, config: chosen.contrastive };

/** What the main table compares. */
export const mainArms: Readonly<Record<string, Arm>> = {
  ppo,
  contrastive,
  rloo: { kind: "ppo", table: "none", config: chosen.rloo },
};

/** What else could explain a gain. */
export const controlArms: Readonly<Record<string, Arm>> = {
  "contrastive-shuffled": { ...contrastive, table: "shuffled" },
  "contrastive-constant": { ...contrastive, table: "constant" },
  "ppo-fitted": { ...ppo, critic: "fitted" },
  "ppo-extra": { ...ppo, config: { ...chosen.ppo, episodes: 2 * episodes } }, // k · prompts = iterations · episodes
};

/** Both arms with a β that follows one KL: equal KL is what the runs have then, not how they are read. */
export const heldArms: Readonly<Record<string, Arm>> = {
  "ppo-held": { ...ppo, config: { ...chosen.ppo, ...held } },
  "contrastive-held": { ...contrastive, config: { ...chosen.contrastive, ...held } },
};

/** Both arms with critics that begin at zero. */
export const zeroArms: Readonly<Record<string, Arm>> = {
  "ppo-zero": { ...ppo, critic: "zero" },
  "contrastive-zero": { ...contrastive, critic: "zero" },
};

/** Both arms without a clip on how far values move in an iteration: in our units it is 0.2, and the planted spread is 2.7. */
export const unclippedArms: Readonly<Record<string, Arm>> = {
  "ppo-unclipped": { ...ppo, config: { ...chosen.ppo, valueClip: Infinity } },
  "contrastive-unclipped": { ...contrastive, config: { ...chosen.contrastive, valueClip: Infinity } },
};

/** What the method's own choices do, and PPO's. */
export const ablationArms: Readonly<Record<string, Arm>> = {
  "contrastive-k1": { ...contrastive, k: 1 },
  "contrastive-k3": { ...contrastive, k: 3 },
  "contrastive-k10": { ...contrastive, k: 10 },
  "contrastive-median": { ...contrastive, baseline: "median" },
  "contrastive-max": { ...contrastive, baseline: "max" },
  ...zeroArms,
  "ppo-unclipped": unclippedArms["ppo-unclipped"]!,
  "ppo-running": { ...ppo, running: true },
  "contrastive-running": { ...contrastive, running: true },
};

/** All arms by name. */
export const arms: Readonly<Record<string, Arm | DpoArm | StartArm>> = {
  start: { kind: "start" },
  dpo: { kind: "dpo", config: chosen.dpo },
  ...{ ...mainArms, ...heldArms, ...controlArms, ...unclippedArms, ...ablationArms, ...tuningArms },
};
