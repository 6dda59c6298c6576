/** Win rates from verdicts. */
import type { Verdict, Winner } from "../verdict.ts";
import type { BootstrapOptions } from "./bootstrap.ts";
import { boundedMean } from "./bounded_mean.ts";
import { type Interval, unknownShare } from "./interval.ts";
import { wilson } from "./wilson.ts";

/** How often A won, seen in every way that is in use. */
export interface WinRate {
  /** Verdicts for A. */
  readonly win: number;
  /** Verdicts for neither. */
  readonly tie: number;
  /** Verdicts for B. */
  readonly lose: number;
  /** Verdicts that are none; they count in no rate. */
  readonly invalid: number;
  /** Share of invalid verdicts among all, from 0 to 1. */
  readonly invalidRate: number;
  /** The adjusted rate, (win + tie / 2) / (win + tie + lose), with a bootstrap interval clustered by prompt. */
  readonly rate: Interval;
  /** What the adjusted rate would be if all invalid verdicts had been lost, and if all had been won. */
  readonly bounds: Pick<Interval, "low" | "high">;
  /** The same with Wilson's interval, which takes verdicts for independent, and a tie for half a win and half a loss. */
  readonly wilson: Interval;
  /** win / (win + lose); NaN if nothing was decided. */
  readonly withoutTies: number;
}

/** What a verdict counts for A. */
export const pointsOf: Readonly<Record<Winner, number>> = { a: 1, tie: 0.5, b: 0, invalid: NaN };

/**
 * Counts verdicts and makes rates of them.
 *
 * Where all prompts agree the bootstrap sees no spread. Then `rate` allows for prompts of the opposite kind that were not met:
 * of n prompts, as large a share as Wilson's interval of 0 in n has. With fewer than 20 prompts, and ties, `rate` is a little
 * too narrow: it held the truth in 92 % of 2,000 simulated experiments with 10 prompts, in 85 % with 5. Where no verdict is valid nothing is known: rates are NaN
 * and their intervals go from 0 to 1.
 *
 * @param verdicts A judge's.
 * @param promptIds The prompt of each, in the same order.
 * @param options Rounds and seed of the bootstrap.
 * @returns Counts and rates from the side of A.
 * @throws {RangeError} If there is no verdict, or there are not as many prompts.
 *
 * @example Usage
 * ```ts
 * import { winRate } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const verdicts = [{ winner: "a" }, { winner: "tie" }, { winner: "b" }, { winner: "a" }] as const;
 * const { win, tie, lose, rate, withoutTies } = winRate(verdicts, ["p", "q", "r", "s"]);
 * assertEquals([win, tie, lose], [2, 1, 1]);
 * assertEquals(rate.mean, 2.5 / 4);
 * assertEquals(withoutTies, 2 / 3);
 * ```
 */
export function winRate(
  verdicts: readonly Verdict[],
  promptIds: readonly string[],
  options: Omit<BootstrapOptions, "level"> = {},
): WinRate {
  if (verdicts.length !== promptIds.length) {
    throw new RangeError(`Expected a prompt for each of ${verdicts.length} verdicts but found ${promptIds.length}`);
  }
  const count = { a: 0, tie: 0, b: 0, invalid: 0 };
  const [scores, prompts]: [number[], string[]] = [[], []];
  verdicts.forEach(({ winner }, i) => {
    count[winner]++;
    if (winner === "invalid") return;
    scores.push(pointsOf[winner]);
    prompts.push(promptIds[i]!);
  });
  const { a: win, tie, b: lose, invalid } = count;
  const [all, points] = [verdicts.length, win + tie / 2];
  if (all === 0) throw new RangeError("Expected one verdict or more to make a rate of but found none");
  return {
    ...{ win, tie, lose, invalid },
    invalidRate: invalid / all,
    rate: scores.length > 0 ? boundedMean(scores, prompts, options) : unknownShare,
    bounds: { low: points / all, high: (points + invalid) / all },
    wilson: scores.length > 0 ? wilson(points, scores.length) : unknownShare,
    withoutTies: win / (win + lose),
  };
}
