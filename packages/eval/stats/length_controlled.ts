/** The win rate that is left when both responses are as long: AlpacaEval's length-controlled one. */
import type { Winner } from "../verdict.ts";
import { unseen } from "./bounded_mean.ts";
import { byPrompt } from "./by_prompt.ts";
import type { Interval } from "./interval.ts";
import { tQuantile } from "./t.ts";
import { clusteredVariance, logistic, sigmoid } from "./logistic.ts";
import { pointsOf } from "./win_rate.ts";

/** A verdict, and how long the responses were. */
export interface LengthRow {
  /** Names the prompt. */
  readonly promptId: string;
  /** Who won; invalid ones are left out. */
  readonly winner: Winner;
  /** Length of A's response, in characters, tokens or whatever else, but the same for all. */
  readonly lengthA: number;
  /** Length of B's. */
  readonly lengthB: number;
}

/** What {@linkcode lengthControlled} may be told. */
export interface LengthControlledOptions {
  /** Fewer prompts than these are refused. @default {30} */
  readonly leastPrompts?: number;
  /** Weight λ of the penalty λ φ² / 2 on the effect of length; θ has none, so that rates are not drawn to ½. @default {0.1} */
  readonly ridge?: number;
}

/** Fewest prompts on which either side is as long as the other or longer: with fewer, equal length is a guess. */
const leastSide = 5;

/** A rate at equal length. */
export interface LengthControlled {
  /** σ(θ): the adjusted win rate of A if both responses were as long, with its interval, from 0 to 1. */
  readonly rate: Interval;
  /** The adjusted win rate as it is. */
  readonly raw: number;
  /** φ: what a longer response does; above 0 the longer one is preferred. */
  readonly effect: number;
  /** Whether length alone tells wins from losses: then φ is as large as the ridge lets it be. */
  readonly separated: boolean;
  /** Prompts with a valid verdict. */
  readonly prompts: number;
}

/**
 * AlpacaEval's length-controlled win rate in its minimal form: logit P(A beats B) = θ + φ tanh(Δ / s), where Δ is how much
 * longer A's response is and s the standard deviation of Δ. The rate is P at Δ = 0, σ(θ). A tie counts as half a win and half
 * a loss.
 *
 * Left out is AlpacaEval's difficulty of each instruction, which is fitted on verdicts about many other models and exists for
 * its own instructions only, and with it the weights for its gamed baselines. Its L1 penalty, chosen by cross-validation, is a
 * small ridge on φ here: two numbers from hundreds of verdicts need no more. In 51 random comparisons of 30 to 90 prompts its
 * rate, with that penalty on θ too, was 1 point away in the median and 12 at most.
 *
 * Where one side is nearly always the longer one, equal length is not in the data, the ridge leaves most of the raw rate in
 * the other, and the interval does not know it: hence the refusal below 5 prompts on either side of equal length. Without it
 * the interval would hold the truth in 36 % of simulated experiments (30 prompts, lengths apart by three of their deviations).
 *
 * The interval is σ(θ ± t · e), with e from the sandwich estimate whose clusters are prompts (s taken as given), and t Student's
 * for one degree of freedom fewer than prompts. Where length alone tells wins from losses the residuals say too little; there
 * e comes from the curvature of the likelihood.
 *
 * @param rows Verdicts with lengths.
 * @param options The least number of prompts, and the ridge.
 * @returns The rate and what it was made from; or why there is none.
 * @throws {RangeError} If a length is negative or not finite, or an option makes no sense.
 *
 * @example Usage
 * ```ts
 * import { lengthControlled } from "@tare/eval";
 * import { assert } from "@std/assert";
 *
 * // A is longer in two prompts of three, and the longer one wins.
 * const rows = Array.from({ length: 60 }, (_, i) => {
 *   const longer = (7 * i) % 20 - 6;
 *   return { promptId: `${i}`, winner: longer > 0 ? "a" : longer < 0 ? "b" : "tie", lengthA: 50 + longer, lengthB: 50 } as const;
 * });
 * const found = lengthControlled(rows);
 * assert("rate" in found && found.raw > 0.65 && Math.abs(found.rate.mean - 0.5) < 0.02);
 * assert("refused" in lengthControlled(rows.slice(0, 5)));
 * ```
 */
export function lengthControlled(
  rows: readonly LengthRow[],
  { leastPrompts = 30, ridge = 0.1 }: LengthControlledOptions = {},
): LengthControlled | { readonly refused: string } {
  if (!(leastPrompts >= 1)) throw new RangeError(`Expected leastPrompts to be 1 or more but found ${leastPrompts}`);
  if (!(ridge >= 0 && ridge < Infinity)) throw new RangeError(`Expected a ridge of 0 or more but found ${ridge}`);
  const odd = rows.find(({ lengthA, lengthB }) => !(Math.min(lengthA, lengthB) >= 0 && lengthA + lengthB < Infinity));
  if (odd) throw new RangeError(`Expected lengths of 0 or more but found ${odd.lengthA} and ${odd.lengthB}`);
  const clusters = byPrompt(rows.filter(({ winner }) => winner !== "invalid"));
  const prompts = clusters.length;
  if (prompts < leastPrompts) {
    return { refused: `Expected valid verdicts on ${leastPrompts} prompts or more but found ${prompts}: judge more` };
  }
  const valid = clusters.flat();
  const sides = [1, -1].map((sign) =>
    clusters.filter((own) => own.some(({ lengthA, lengthB }) => sign * (lengthA - lengthB) >= 0)).length
  );
  if (Math.min(...sides) < leastSide) {
    return {
      refused:
        `Expected ${leastSide} prompts or more on which A's response is as long or longer, and as many on which ` +
        `B's is, but found ${sides.join(" and ")}: what equal length does is not in the data`,
    };
  }
  const y = valid.map(({ winner }) => pointsOf[winner]);
  const raw = y.reduce((sum, point) => sum + point, 0) / y.length;
  // Whatever the lengths are, ties alone are fitted by θ = φ = 0: a policy against itself.
  if (y.every((point) => point === 0.5)) {
    return { rate: unseen(0.5, prompts), raw, effect: 0, separated: false, prompts };
  }
  const longer = valid.map(({ lengthA, lengthB }) => lengthA - lengthB);
  const s = deviation(longer);
  if (!(s > 0)) return { refused: "Expected lengths that differ but found none: the raw rate is that at equal length" };
  const t = longer.map((difference) => Math.tanh(difference / s));
  const gap = separation(t, y);
  if (gap && !(gap.low <= 0 && gap.high >= 0 && gap.high - gap.low < Infinity)) {
    return {
      refused: "Expected wins and losses at similar lengths but found none: what equal length does is not in the data",
    };
  }
  if (gap && ridge === 0) {
    return { refused: "Expected wins of shorter responses too but found none: without a ridge the fit has no end" };
  }
  const fit = logistic(t, y, ridge);
  const { theta, phi, covariance: [curvature] } = fit;
  const variance = gap ? curvature : clusteredVariance(clusters.map(({ length }) => length), t, y, fit);
  const half = tQuantile(0.975, prompts - 1) * Math.sqrt(variance);
  const rate = { mean: sigmoid(theta), low: sigmoid(theta - half), high: sigmoid(theta + half) };
  return { rate, raw, effect: phi, separated: gap !== undefined, prompts };
}

/** The standard deviation of a sample, as pandas has it. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** Between which lengths wins and losses part, if no win (or tie) is on the losses' side of it. */
function separation(t: readonly number[], y: readonly number[]): { low: number; high: number } | undefined {
  const wins = { low: Infinity, high: -Infinity };
  const losses = { low: Infinity, high: -Infinity };
  t.forEach((x, i) => {
    for (const side of [y[i]! > 0 && wins, y[i]! < 1 && losses]) {
      if (!side) continue;
      side.low = Math.min(side.low, x);
      side.high = Math.max(side.high, x);
    }
  });
  if (losses.high <= wins.low) return { low: losses.high, high: wins.low };
  if (wins.high <= losses.low) return { low: wins.high, high: losses.low };
  return undefined;
}
