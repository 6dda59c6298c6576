/** What one judge found about one pair of policies. */
import { groupBy } from "../group_by.ts";
import { type LengthControlled, lengthControlled } from "../stats/length_controlled.ts";
import { type OrderEffect, orderEffect } from "../stats/order_effect.ts";
import { promptsNeeded } from "../stats/power.ts";
import { type WinRate, winRate } from "../stats/win_rate.ts";
import type { Judged, JudgedPair } from "./judged_pairs.ts";
import type { Draws } from "./ratings.ts";

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

/** Everything about a pair but the sign test, whose p-value all pairs of the judge have a part in. */
export function comparisonOf({ judge, a, b, judged }: JudgedPair, draws: Draws): Omit<Comparison, "sign"> {
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
    .sort((one, two) => two.count - one.count);
}

function meanLength(judged: readonly Judged[], side: "a" | "b"): number {
  return judged.reduce((sum, row) => sum + lengthOf(row[side].response), 0) / judged.length;
}

/** Characters as Unicode counts them: a surrogate pair is one. */
export function lengthOf(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}
