/**
 * Which of two policies is better: judges and statistics.
 *
 * @module
 */
export type { Judge, Pair, Verdict } from "./verdict.ts";
