/**
 * Supervised fine-tuning, reward models and DPO: each trainer is an async iterable of its steps.
 *
 * @module
 */
export { calibrate, type Calibration, calibrationOf, normalizeScores } from "./calibration.ts";
export {
  type DpoConfig,
  dpoDefaults,
  type RewardConfig,
  rewardDefaults,
  sftDefaults,
  type TrainingConfig,
} from "./config.ts";
export { dpo, type DpoOptions } from "./dpo.ts";
export { type PairAccuracy, pairAccuracy } from "./evaluate.ts";
export {
  type DpoLogProbs,
  dpoLoss,
  type DpoLossOptions,
  preferenceLoss,
  type PreferenceLossOptions,
  ratingLoss,
  sftLoss,
} from "./losses.ts";
export { type ModelReward, modelReward, type ModelRewardOptions, type ResponseToScore } from "./model_reward.ts";
export { reward, type RewardOptions } from "./reward.ts";
export { type RewardModel, rewardScores, type ScoreOptions } from "./score.ts";
export { sft, type SftOptions } from "./sft.ts";
export type { TrainingState, TrainingStep } from "./step.ts";
export { DivergenceError, type Trainable } from "@tare/core";
export type { TrainerOptions } from "./trainer.ts";
export type { LossMemory } from "./watch.ts";
