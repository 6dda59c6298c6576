/**
 * Which of two policies is better: judges and statistics.
 *
 * @module
 */
export {
  type Answer,
  type Ask,
  AskError,
  askOf,
  type AskOptions,
  type FailureKind,
  type Message,
  type Question,
} from "./ask/ask.ts";
export { BudgetError, type BudgetOptions } from "./ask/budgeted.ts";
export { type Call, type CallLog, memoryCallLog } from "./ask/call_log.ts";
export type { Clock } from "./ask/clock.ts";
export type { GuardOptions } from "./ask/guarded.ts";
export type { LimitOptions } from "./ask/limited.ts";
export { type Metered, metered, type MeterOptions } from "./ask/metered.ts";
export type { QueueOptions } from "./ask/queued.ts";
export type { RetryOptions } from "./ask/retried.ts";
export type { Cost, Spent } from "./ask/spent.ts";
export { goldJudge, type GoldJudgeOptions } from "./judges/gold_judge.ts";
export { gptJudge, type GptJudgeOptions } from "./judges/gpt_judge.ts";
export { type Choice, type Reading, readVerdict, type VerdictForm } from "./judges/parse.ts";
export { panel, type PanelOptions } from "./judges/panel.ts";
export { rewardJudge, type RewardJudgeOptions, type RewardRow } from "./judges/reward_judge.ts";
export { scoreJudge, type ScoreJudgeOptions, verdictOf } from "./judges/score_judge.ts";
export { delimit, onlyData, rubric, type RubricOptions, type Template } from "./judges/templates/template.ts";
export { templates } from "./judges/templates/templates.ts";
export { type Judged, judgePairs, type JudgePairsOptions } from "./run/judge_pairs.ts";
export type { ResponseRow, VerdictRow } from "./rows.ts";
export { agreement, type AgreementOptions, type JudgeAgreement } from "./stats/agreement.ts";
export { krippendorffAlpha, type Scale } from "./stats/alpha.ts";
export { bootstrap, type BootstrapOptions } from "./stats/bootstrap.ts";
export {
  type BradleyTerry,
  bradleyTerry,
  type BradleyTerryOptions,
  type Match,
  type Rated,
} from "./stats/bradley_terry.ts";
export { clusteredMean } from "./stats/clustered_mean.ts";
export type { Coefficient } from "./stats/coefficient.ts";
export { holm } from "./stats/holm.ts";
export type { Interval } from "./stats/interval.ts";
export { cohenKappa, type Kappa } from "./stats/kappa.ts";
export type { Links } from "./stats/links.ts";
export {
  type LengthControlled,
  lengthControlled,
  type LengthControlledOptions,
  type LengthRow,
} from "./stats/length_controlled.ts";
export { type OrderEffect, orderEffect } from "./stats/order_effect.ts";
export type { Both, Outcome, Vote } from "./stats/overlap.ts";
export { type PairedInterval, pairedInterval } from "./stats/paired.ts";
export { type PermutationOptions, type PermutationTest, permutationTest } from "./stats/permutation.ts";
export { type Claim, powerOf, promptsNeeded } from "./stats/power.ts";
export type { RateGap } from "./stats/rate_gap.ts";
export type { Same } from "./stats/same.ts";
export { signTest } from "./stats/signs.ts";
export { tQuantile } from "./stats/t.ts";
export { wilson } from "./stats/wilson.ts";
export { type WinRate, winRate } from "./stats/win_rate.ts";
export type { Evidence, Game, Judge, Pair, Verdict, Winner } from "./verdict.ts";
