/**
 * PPO for language models.
 *
 * @module
 */
export { type PpoConfig, ppoDefaults } from "./config.ts";
export type { Learner, PpoState, PpoStep, ScoredEpisode, Trainable } from "./step.ts";
export { type Placed, ppo, type PpoOptions } from "./trainer.ts";
