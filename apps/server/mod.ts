/**
 * The evaluation server: judges, people and contrastive rewards over HTTP.
 *
 * @module
 */
export { firstToken } from "./access/first_token.ts";
export type { Role } from "./access/principal.ts";
export type { Access, InvitationRecord, TokenRecord, TokenRole } from "./access/store.ts";
export { type App, createApp } from "./app.ts";
export { type Calculate, calculateHere, type Calculations, type ReportInput } from "./evaluations/calculate.ts";
export {
  type Config,
  type ModelConfig,
  openJudges,
  type OpenJudgesOptions,
  type PanelConfig,
  readConfig,
} from "./config.ts";
export type { ResponseFiles } from "./evaluations/files.ts";
export type { Against, PeopleAgreement, PeopleComparison, PeopleFound, PeopleInput } from "./evaluations/people.ts";
export type { EvaluationRecord, Evaluations } from "./evaluations/store.ts";
export type { Connection } from "./http/env.ts";
export type { Log, LogEntry } from "./http/log.ts";
export type { Rate, Rates } from "./http/rate.ts";
export type { Bounds } from "./http/slots.ts";
export type { Plan } from "./judging/plan.ts";
export type { JobRecord, JobRequest, Jobs, JobState, NewJob, NextJob } from "./judging/store.ts";
export type {
  AppOptions,
  JudgeAbout,
  Limits,
  Missing,
  NamedJudge,
  Sample,
  Score,
  ScoreRow,
  Specials,
} from "./options.ts";
export type { KeptBaselines } from "./rewards/draw_baselines.ts";
export { serve, type ServeOptions } from "./serve.ts";
export { openStore, type Store } from "./store/store.ts";
