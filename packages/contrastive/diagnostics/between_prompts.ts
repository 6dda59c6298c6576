/** How much of the reward's variance lies between prompts: what contrastive rewards remove, and so what they promise. */
import { spreadOf } from "../spread.ts";
import type { BaselineTable } from "../table.ts";
import { mean, squares } from "../moments.ts";
import { type Estimate, jackknife, mapEstimate, type Measured, unmeasurable } from "./estimate.ts";

/** Where the variance of rewards lies. */
export interface BetweenPrompts {
  /** Share of the variance that lies between prompts, from 0 to 1: the intraclass correlation. */
  readonly share: Estimate;
  /** Standard deviation between prompts over that within prompts: √(share / (1 − share)). */
  readonly ratio: number;
  /** Prompts it was measured on. */
  readonly prompts: number;
  /** Responses to each. */
  readonly k: number;
}

/**
 * Measures the share of the reward's variance that lies between prompts.
 *
 * With F the ratio of the mean squares between and within prompts, the share is (F − 1) / (F + k − 1), and 0 where F is
 * below 1. Its interval comes from the delete-one-prompt jackknife of ln F, whose spread hardly depends on F, so it needs no
 * random numbers and never leaves [0, 1].
 *
 * @param table The baselines.
 * @returns The share; not measurable with fewer than 3 prompts, with one response to each, or where rewards hardly differ.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, betweenPromptShare, hashPrompt } from "@tare/contrastive";
 * import { assert } from "@std/assert";
 *
 * const rows = [[0, 2], [5, 8], [9, 9], [4, 3]].map(async (rewards, i) => ({
 *   ...{ promptId: `${i}`, promptHash: await hashPrompt(`${i}?`), responses: ["a", "b"], rewards },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }));
 * const spread = betweenPromptShare(await baselineTable(await Promise.all(rows)));
 * assert(spread.measurable && spread.share.value > 0.8);
 * ```
 */
export function betweenPromptShare(table: BaselineTable): Measured<BetweenPrompts> {
  const { k } = table.sampling;
  const prompts = table.rows.size;
  if (k < 2) {
    return unmeasurable("one response to each prompt does not tell its own variance from the prompt's: sample 2");
  }
  if (prompts < 3) return unmeasurable(`${prompts} prompts do not tell how prompts differ: sample 3 or more`);

  const spread = spreadOf(table);
  const means = spread.map((prompt) => prompt.mean);
  const centre = mean(means);
  const between = squares(means);
  const within = spread.reduce((sum, prompt) => sum + prompt.squares, 0);
  const logF = logRatio(between, within, prompts, k);
  // What deleting one mean takes from a sum of squares is n / (n − 1) times its squared distance from the mean of all.
  const without = spread.map((prompt) =>
    logRatio(
      between - (prompt.mean - centre) ** 2 * prompts / (prompts - 1),
      within - prompt.squares,
      prompts - 1,
      k,
    )
  );
  if (![logF, ...without].every(Number.isFinite)) {
    return unmeasurable("rewards of nearly all responses are equal, within prompts or between them");
  }
  const share = mapEstimate(jackknife(logF, without), (value) => Math.max(0, 1 - k / (Math.exp(value) + k - 1)));
  return { measurable: true, share, ratio: Math.sqrt(share.value / (1 - share.value)), prompts, k };
}

/** ln F of sums of squares, those of the means and those within prompts. */
function logRatio(between: number, within: number, prompts: number, k: number): number {
  return Math.log(k * between / (prompts - 1)) - Math.log(within / (prompts * (k - 1)));
}

/** What to expect, from the largest share of each kind: between the sizes that the README gives. */
const expectations: readonly { readonly below: number; readonly says: string }[] = [
  {
    below: 0.2,
    says:
      "Rewards differ little between prompts, so there is little to subtract, and k samples bring noise of their own: " +
      "expect no gain over plain PPO, or a small loss.",
  },
  {
    below: 0.7,
    says:
      "A good part of the reward's variance lies between prompts: expect a small gain where the critic cannot learn " +
      "which prompts score high, and none where it can.",
  },
  {
    below: Infinity,
    says:
      "Most of the reward's variance lies between prompts: expect a clear gain over plain PPO where the critic cannot " +
      "learn which prompts score high, and none where it can. Some of that gain may be speed, so compare at equal KL.",
  },
];

/**
 * Says what a share of variance between prompts promises of contrastive rewards. The words come from a
 * simulation and from an experiment on a small world: they give a direction, not a measurement of your run.
 *
 * @param share The share, with its interval.
 * @returns One to three sentences.
 *
 * @example Usage
 * ```ts
 * import { promiseOf } from "@tare/contrastive";
 * import { assertStringIncludes } from "@std/assert";
 *
 * assertStringIncludes(promiseOf({ value: 0.05, low: 0, high: 0.1 }), "little to subtract");
 * assertStringIncludes(promiseOf({ value: 0.9, low: 0.6, high: 0.95 }), "sample more prompts");
 * ```
 */
export function promiseOf(share: Estimate): string {
  const expectation = (value: number) => expectations.find(({ below }) => value < below)!.says;
  const percent = (value: number) => Math.round(100 * value);
  if (expectation(share.low) === expectation(share.high)) return expectation(share.value);
  return `${expectation(share.value)} But the interval, ${percent(share.low)} to ${
    percent(share.high)
  } %, leaves room for ` +
    "more than one answer: sample more prompts to be sure.";
}
