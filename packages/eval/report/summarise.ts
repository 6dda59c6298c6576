/** From the rows of an evaluation to what they say. */
import { groupBy } from "../group_by.ts";
import { clusteredMean } from "../stats/clustered_mean.ts";
import { holm } from "../stats/holm.ts";
import type { Interval } from "../stats/interval.ts";
import { type LengthControlled, lengthControlled } from "../stats/length_controlled.ts";
import { type OrderEffect, orderEffect } from "../stats/order_effect.ts";
import { promptsNeeded } from "../stats/power.ts";
import { signTest } from "../stats/signs.ts";
import { type WinRate, winRate } from "../stats/win_rate.ts";
import type { BradleyTerry } from "../stats/bradley_terry.ts";
import { byCode, type Evaluation } from "./evaluation.ts";
import { type Judged, type JudgedPair, orderedOf } from "./judged_pairs.ts";
import { agreementsOf, type Draws, type PairAgreement, ratingsOf } from "./ratings.ts";

/** What an evaluation says: numbers only, without the texts. */
export interface Summary {
  /** The policies in their order. */
  readonly policies: readonly PolicySummary[];
  /** How many prompts have responses. */
  readonly prompts: number;
  /** What each judge found, by the ids of judges. */
  readonly judges: readonly JudgeSummary[];
  /** How far every two judges agree on what both judged. */
  readonly agreements: readonly PairAgreement[];
  /** Seed of the bootstraps. */
  readonly seed: number;
}

/** A policy. */
export interface PolicySummary {
  /** Its name. */
  readonly name: string;
  /** How many responses it gave. */
  readonly responses: number;
  /** Their mean length in characters (Unicode's code points), over prompts. */
  readonly length: Interval;
}

/** What one judge found. */
export interface JudgeSummary {
  /** Its id. */
  readonly judge: string;
  /** Every pair of policies that it judged, in the order of policies. */
  readonly comparisons: readonly Comparison[];
  /** Strengths by Bradley and Terry where it has valid verdicts on more than two policies, or why there are none. */
  readonly ratings?: BradleyTerry | { readonly refused: string };
}

/** What one judge found about a pair of policies; all rates are those of `a`. */
export interface Comparison extends WinRate {
  /** Id of the judge. */
  readonly judge: string;
  /** The policy that comes first in the order of policies. */
  readonly a: string;
  /** The other. */
  readonly b: string;
  /** Why verdicts are invalid, the most frequent reason first. */
  readonly reasons: readonly Reason[];
  /** What the order of the responses did, for judges who were asked in both. */
  readonly order: OrderEffect;
  /** Whether wins and losses could come from a coin. */
  readonly sign: SignTest;
  /** Mean lengths in characters, over the prompts that were judged. */
  readonly lengths: { readonly a: number; readonly b: number };
  /** The win rate that is left at equal length, or why there is none. */
  readonly lengthControlled: LengthControlled | { readonly refused: string };
  /**
   * Where the interval of the rate holds ½: how many prompts the sign test needs for a power of 0.8, if rate and ties are as
   * found; or why there is no number.
   */
  readonly promptsNeeded?: number | { readonly refused: string };
}

/** Why there is no verdict. */
export interface Reason {
  /** In the judge's words. */
  readonly reason: string;
  /** How often. */
  readonly count: number;
}

/** The exact sign test of wins against losses, one verdict a prompt; ties are left out. */
export interface SignTest {
  /** Two-sided p-value. */
  readonly p: number;
  /** Holm's, for all pairs of the judge together. */
  readonly holm: number;
}

/** How {@linkcode summarise} goes about it. */
export interface SummariseOptions {
  /** Names of all policies in the order in which they are to stand. @default {as they first come in the responses} */
  readonly policies?: readonly string[];
  /** Times that each bootstrap draws prompts anew. @default {2000} */
  readonly rounds?: number;
  /** Seed of the bootstraps. @default {0} */
  readonly seed?: number;
}

/**
 * Says what an evaluation says: for every judge and every pair of policies all that one may want to know of it.
 *
 * Every pair is seen from the policy that comes first in the order of policies: rows that stand the other way round are turned,
 * with their games. Beside that order nothing depends on that of the rows, not a bit; and names of policies are but labels.
 *
 * @param evaluation Responses and verdicts.
 * @param options Order of policies, and seed.
 * @returns The summary.
 * @throws {RangeError} If a verdict is about a policy or prompt without response, rows stand twice, or the order of policies
 * does not name each once; the message names the row.
 *
 * @example Usage
 * ```ts
 * import { summarise } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const prompts = ["p", "q", "r"].map((promptId) => ({ promptId, prompt: "Is it?" }));
 * const responses = ["sft", "ppo"].flatMap((policy) => prompts.map((prompt) => ({ ...prompt, policy, response: policy })));
 * const verdicts = [
 *   { judge: "ann", promptId: "p", a: "ppo", b: "sft", winner: "a" },
 *   { judge: "ann", promptId: "q", a: "sft", b: "ppo", winner: "b" },
 *   { judge: "ann", promptId: "r", a: "sft", b: "ppo", winner: "tie" },
 * ] as const;
 *
 * const [ann] = summarise({ responses, verdicts }).judges;
 * const { a, b, win, tie, lose, rate } = ann!.comparisons[0]!;
 * assertEquals([a, b, win, tie, lose], ["sft", "ppo", 0, 1, 2]);
 * assertEquals(rate.mean, 1 / 6);
 * ```
 */
export function summarise(evaluation: Evaluation, options: SummariseOptions = {}): Summary {
  const { policies: order, rounds = 2000, seed = 0 } = options;
  const draws = { rounds, seed };
  const ordered = orderedOf(evaluation, order);
  const { policies, judges, pairs } = ordered;
  const prompts = new Set(evaluation.responses.map(({ promptId }) => promptId));
  return {
    policies: policies.map((name) => policySummary(name, evaluation, draws)),
    prompts: prompts.size,
    judges: judges.map((judge) => judgeSummary(judge, pairs.filter((pair) => pair.judge === judge), policies, draws)),
    agreements: agreementsOf(ordered, draws),
    seed,
  };
}

function policySummary(name: string, { responses }: Evaluation, draws: Draws): PolicySummary {
  const rows = responses.filter(({ policy }) => policy === name).sort((one, two) => byCode(one.promptId, two.promptId));
  const lengths = rows.map(({ response }) => lengthOf(response));
  return {
    name,
    responses: rows.length,
    length: clusteredMean(lengths, rows.map(({ promptId }) => promptId), draws),
  };
}

function judgeSummary(
  judge: string,
  pairs: readonly JudgedPair[],
  policies: readonly string[],
  draws: Draws,
): JudgeSummary {
  const found = pairs.map((pair) => comparisonOf(pair, draws));
  const pValues = found.map(({ win, lose }) => signTest(win, lose));
  const adjusted = holm(pValues);
  const ratings = ratingsOf(pairs, policies, draws);
  return {
    judge,
    comparisons: found.map((pair, i) => ({ ...pair, sign: { p: pValues[i]!, holm: adjusted[i]! } })),
    ...ratings && { ratings },
  };
}

function comparisonOf({ judge, a, b, judged }: JudgedPair, draws: Draws): Omit<Comparison, "sign"> {
  const verdicts = judged.map(({ verdict }) => verdict);
  const found = winRate(verdicts, verdicts.map(({ promptId }) => promptId), draws);
  const { rate } = found;
  return {
    ...{ judge, a, b },
    ...found,
    reasons: reasonsOf(judged),
    order: orderEffect(verdicts),
    lengths: { a: meanLength(judged, "a"), b: meanLength(judged, "b") },
    lengthControlled: lengthControlled(judged.map(({ verdict: { promptId, winner }, a, b }) => ({
      ...{ promptId, winner },
      ...{ lengthA: lengthOf(a.response), lengthB: lengthOf(b.response) },
    }))),
    ...rate.low <= 0.5 && rate.high >= 0.5 && !Number.isNaN(rate.mean) && { promptsNeeded: neededFor(found) },
  };
}

/** Rates closer to ½ need more prompts than anybody asks. */
const closest = 0.01;

function neededFor({ win, tie, lose, rate }: WinRate): number | { readonly refused: string } {
  if (Math.abs(rate.mean - 0.5) < closest) {
    return { refused: `Expected a rate that is ${closest} or more away from ½ but found ${rate.mean.toFixed(3)}` };
  }
  const ties = tie / (win + tie + lose);
  return promptsNeeded({ rate: Math.min(rate.mean, 1 - ties / 2), ties }); // which may be a bit less, where none is lost
}

function reasonsOf(judged: readonly Judged[]): Reason[] {
  const reasons = judged.flatMap(({ verdict }) => verdict.winner === "invalid" ? verdict.reason : []);
  return [...groupBy(reasons, (reason) => reason)].map(([reason, { length: count }]) => ({ reason, count }))
    .sort((one, two) => two.count - one.count || byCode(one.reason, two.reason));
}

function meanLength(judged: readonly Judged[], side: "a" | "b"): number {
  return judged.reduce((sum, row) => sum + lengthOf(row[side].response), 0) / judged.length;
}

/** Characters as Unicode counts them: a surrogate pair is one. */
function lengthOf(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
