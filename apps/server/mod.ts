/**
 * The evaluation server: judges, people and contrastive rewards over HTTP.
 *
 * @module
 */
export type { Missing, Sample, Score, ScoreRow, Specials } from "./options.ts";
