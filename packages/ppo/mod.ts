/**
 * PPO for language models.
 *
 * @module
 */
export { type AlarmMemory, type Observation, watch } from "./alarms.ts";
export { type Advantages, explainedVariance, gae, type GaeOptions, rloo, whiten } from "./advantages.ts";
export { criticOf, type CriticOptions } from "./critic.ts";
export { fillPpoConfig, type PpoConfig, ppoDefaults } from "./config.ts";
export { gradientDistances, type GradientDistancesOptions } from "./gradient_variance.ts";
export { adaptKl, type KlControl, tokenKl } from "./kl.ts";
export {
  type PolicyLoss,
  policyLoss,
  type PolicyTokens,
  type ValueLoss,
  valueLoss,
  type ValueTokens,
} from "./losses.ts";
export { type RewardMoments, type RewardShape, type ShapedRewards, shapeRewards, tokenRewards } from "./reward.ts";
export type { Learner, PpoState, PpoStep, ScoredEpisode } from "./step.ts";
export type { PpoOptions } from "./options.ts";
export { ppo } from "./trainer.ts";
export type { Placed, Trainable } from "@tare/core";
