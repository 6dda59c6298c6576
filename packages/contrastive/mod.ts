/**
 * Contrastive rewards: a reward minus what the model that training began from already scores.
 *
 * {@linkcode baselineTable} holds what that model says to each prompt, {@linkcode contrast} subtracts it, and the
 * diagnostics say what it did.
 *
 * @module
 */
export { aggregate, type Baseline, baselineOf, baselines } from "./aggregates.ts";
export { checkTable, type TableUse } from "./check_table.ts";
export { contrast, type ContrastiveReward, type ContrastOptions } from "./contrast.ts";
export { type BetweenPrompts, betweenPromptShare, promiseOf } from "./diagnostics/between_prompts.ts";
export { type Difficulty, type DifficultyPart, gainByDifficulty } from "./diagnostics/difficulty.ts";
export type { Estimate, Measured } from "./diagnostics/estimate.ts";
export { type Improvement, improvement, type RewardedEpisode } from "./diagnostics/improvement.ts";
export { type NoisyRun, type Robustness, robustness } from "./diagnostics/robustness.ts";
export { type TrueSample, type Uncertainty, uncertainty } from "./diagnostics/uncertainty.ts";
export { gradientVarianceRatio, type PairedSample, type VarianceRatio, varianceRatio } from "./diagnostics/variance.ts";
export { hashPrompt } from "./hash.ts";
export { parseBaselineRow } from "./parse_row.ts";
export { constantTable, shuffleTable, zeroTable } from "./placebo.ts";
export type { Reward } from "./reward.ts";
export type { BaselineRow, SamplingRecord, ScoredResponse } from "./row.ts";
export { withinPromptDeviation } from "./spread.ts";
export { type BaselineTable, baselineTable, type PromptText, rowOf } from "./table.ts";
