/** Claim 1: contrastive rewards penalise uncertainty of the reward. */
import { promptTotals, squaresOf } from "./by_prompt.ts";
import { mean } from "../moments.ts";
import { type Estimate, jackknife, type Measured, unmeasurable } from "./estimate.ts";

/** A response's reward, and the truth where it is known. */
export interface TrueSample {
  /** Names the prompt. */
  readonly promptId: string;
  /** What training sees: r − b(x). */
  readonly reward: number;
  /** What the response is worth, less what the baseline's responses are worth; absent where nobody knows. */
  readonly truth?: number;
}

/** How far rewards follow the truth. */
export interface Uncertainty {
  /** Change of the reward for a change of the truth by 1. */
  readonly slope: Estimate;
  /** Prompts it was measured on. */
  readonly prompts: number;
}

/**
 * Measures the slope of the reward on the truth, by least squares. Where a reward of 0 or 1 is wrong at rates c0 (says 1 of
 * what is 0) and c1 (says 0 of what is 1), r − b is (1 − c0 − c1) times the truth's difference in expectation: the offset
 * that the errors bring is in r and in b and cancels, and what remains is the smaller, the less the reward knows. To compare,
 * call it for prompts of one error rate at a time.
 *
 * @param samples Responses.
 * @returns The slope, its interval from the delete-one-prompt jackknife; not measurable where the truth is not known, with
 * fewer than 3 prompts, or where the truth hardly differs.
 *
 * @example Usage
 * ```ts
 * import { uncertainty } from "@tare/contrastive";
 * import { assert, assertAlmostEquals } from "@std/assert";
 *
 * // Ten responses that are worth 0 and ten that are worth 1; two of the former and one of the latter are misjudged.
 * const found = uncertainty(Array.from({ length: 20 }, (_, i) => ({
 *   ...{ promptId: `${i}`, truth: i < 10 ? 0 : 1, reward: i < 2 || i > 10 ? 1 : 0 },
 * })));
 * assert(found.measurable);
 * assertAlmostEquals(found.slope.value, 1 - 0.2 - 0.1);
 * ```
 */
export function uncertainty(samples: readonly TrueSample[]): Measured<Uncertainty> {
  if (samples.some(({ truth }) => truth === undefined || !Number.isFinite(truth))) {
    return unmeasurable("not measurable without gold scores or repeated labels");
  }
  const [t, r] = [mean(samples.map(({ truth }) => truth!)), mean(samples.map(({ reward }) => reward))];
  const { all, without } = promptTotals(samples, ({ truth, reward }) => {
    const [x, y] = [truth! - t, reward - r];
    return [1, x, y, x * x, x * y];
  });
  if (without.length < 3) return unmeasurable(`responses to ${without.length} prompts are too few: take 3 or more`);
  const slopeOf = ([n, x, y, xx, xy]: readonly number[]) => (xy! - x! * y! / n!) / squaresOf(n!, x!, xx!, all[3]!);
  const slope = jackknife(slopeOf(all), without.map(slopeOf));
  if (![slope.low, slope.high].every(Number.isFinite)) return unmeasurable("nearly all responses are worth the same");
  return { measurable: true, slope, prompts: without.length };
}
