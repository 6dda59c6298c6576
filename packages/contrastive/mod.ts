/**
 * Contrastive rewards: a reward minus what the model that training began from already scores.
 *
 * @module
 */
export type { Reward } from "./reward.ts";
export type { BaselineRow, SamplingRecord, ScoredResponse } from "./row.ts";
