/**
 * Which of two policies is better: judges and statistics.
 *
 * @module
 */
export { goldJudge, type GoldJudgeOptions } from "./gold.ts";
export { scoreJudge, type ScoreJudgeOptions, verdictOf } from "./score_judge.ts";
export { bootstrap, type BootstrapOptions } from "./stats/bootstrap.ts";
export { clusteredMean } from "./stats/clustered_mean.ts";
export type { Interval } from "./stats/interval.ts";
export { type PairedInterval, pairedInterval } from "./stats/paired.ts";
export { percentile } from "./stats/percentile.ts";
export { tQuantile } from "./stats/t.ts";
export { wilson } from "./stats/wilson.ts";
export { type WinRate, winRate } from "./stats/win_rate.ts";
export type { Judge, Pair, Verdict } from "./verdict.ts";
