/** What PPO yields, and what it needs to go on. */
import type { AdamWState, Trainable } from "@tare/core";
import type { Episode } from "@tare/sampler";
import type { RewardMoments } from "./reward.ts";

/** What is trained, and the means of its optimizer. */
export interface Learner {
  /** What is trained, as it is after the step. */
  readonly params: Trainable;
  /** The optimizer's means. */
  readonly optimizer: AdamWState<Trainable>;
}

/** Everything that a run needs to go on: `saveState` saves it, `loadState` brings it back. */
export interface PpoState {
  /** Iterations done. */
  readonly iteration: number;
  /** The policy. */
  readonly policy: Learner;
  /** The critic; `null` with RLOO. */
  readonly critic: Learner | null;
  /** β, as it has adapted. */
  readonly klCoefficient: number;
  /** Count, mean and sum of squared deviations of all scores so far; `null` unless the scale runs. */
  readonly rewardMoments: RewardMoments | null;
  /** What alarms remember; `null` before the first iteration. */
  readonly alarms: Readonly<Record<string, number>> | null;
}

/** An episode and what was made of it. */
export interface ScoredEpisode extends Episode {
  /** What the reward function said, contrastive or not: before scale, clip and penalties. */
  readonly score: number;
  /** The episode's reward after scale, clip and penalties, without KL. */
  readonly reward: number;
  /** Sum over its tokens of log-probability under the policy less that under the reference. */
  readonly kl: number;
  /** Mean over its tokens of the advantages before they are whitened. */
  readonly advantage: number;
}

/** One iteration, when it is done. While the caller looks at it nothing changes. */
export interface PpoStep {
  /** Iterations done, from 1. */
  readonly iteration: number;
  /** Iterations of the whole run. */
  readonly iterations: number;
  /** Numbers of this iteration, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What seems to go wrong, and what to do: one sentence each. */
  readonly alarms: readonly string[];
  /** The iteration's episodes. */
  readonly episodes: readonly ScoredEpisode[];
  /** What to save while the caller looks at it: the next iteration changes its tensors, and the end of the run frees means. */
  readonly state: PpoState;
}
