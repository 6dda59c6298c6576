/** Claim 2: contrastive rewards make training robust against noisy labels. */
import { mean, squares } from "../moments.ts";
import { type Estimate, meanEstimate, type Measured, unmeasurable } from "./estimate.ts";

/** What one run came to. */
export interface NoisyRun {
  /** Whether it subtracted baselines. */
  readonly arm: "plain" | "contrastive";
  /** Share of the reward model's labels that were flipped, from 0 to 0.5. */
  readonly noise: number;
  /** What the run shares with those that it is compared with: data, models and random streams. */
  readonly seed: number;
  /** Mean gold score of its responses to held-out prompts. */
  readonly gold: number;
}

/** How gold falls as noise grows. */
export interface Robustness {
  /** Change of gold for a change of noise by 1, without baselines. */
  readonly plain: Estimate;
  /** The same with baselines. */
  readonly contrastive: Estimate;
  /** The second less the first: above 0 baselines lose less. */
  readonly difference: Estimate;
  /** Seeds it was measured on. */
  readonly seeds: number;
}

/**
 * Measures the slope of gold on label noise in both arms, by least squares within each seed.
 *
 * @param runs Runs of both arms, at 2 rates of noise or more, with 2 seeds or more; seeds that lack one are left out.
 * @returns The slopes, with t intervals over seeds; not measurable with fewer than 2 of them.
 *
 * @example Usage
 * ```ts
 * import { type NoisyRun, robustness } from "@tare/contrastive";
 * import { assert, assertAlmostEquals } from "@std/assert";
 *
 * const runs = [0, 1, 2].flatMap((seed) => [0, 0.2, 0.4].flatMap((noise): NoisyRun[] => [
 *   { arm: "plain", noise, seed, gold: 1 - 2 * noise + 0.01 * seed },
 *   { arm: "contrastive", noise, seed, gold: 1 - noise },
 * ]));
 * const found = robustness(runs);
 * assert(found.measurable);
 * assertAlmostEquals(found.difference.value, 1);
 * ```
 */
export function robustness(runs: readonly NoisyRun[]): Measured<Robustness> {
  const seeds = [...new Set(runs.map(({ seed }) => seed))];
  const slopes = seeds.map((seed) => {
    const of = (arm: NoisyRun["arm"]) => runs.filter((run) => run.seed === seed && run.arm === arm);
    return { plain: slopeOf(of("plain")), contrastive: slopeOf(of("contrastive")) };
  }).filter(({ plain, contrastive }) => Number.isFinite(plain) && Number.isFinite(contrastive));
  if (slopes.length < 2) {
    return unmeasurable(
      "not measurable without runs of both arms at 2 rates of label noise with 2 seeds, and gold scores",
    );
  }
  return {
    measurable: true,
    plain: meanEstimate(slopes.map(({ plain }) => plain)),
    contrastive: meanEstimate(slopes.map(({ contrastive }) => contrastive)),
    difference: meanEstimate(slopes.map(({ plain, contrastive }) => contrastive - plain)),
    seeds: slopes.length,
  };
}

/** Least squares of gold on noise; no number where noise does not vary. */
function slopeOf(runs: readonly NoisyRun[]): number {
  const centre = mean(runs.map(({ noise }) => noise));
  const spread = squares(runs.map(({ noise }) => noise));
  return spread > 0 ? runs.reduce((sum, { noise, gold }) => sum + (noise - centre) * gold, 0) / spread : NaN;
}
