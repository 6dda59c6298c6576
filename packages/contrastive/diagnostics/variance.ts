/** Claim 5: contrastive rewards reduce variance. */
import { promptTotals, squaresOf } from "./by_prompt.ts";
import { mean } from "../moments.ts";
import { type Estimate, jackknife, mapEstimate, type Measured, unmeasurable } from "./estimate.ts";

/** One response's number, without baselines and with them: a reward, or an advantage before it is whitened. */
export interface PairedSample {
  /** Names the prompt. */
  readonly promptId: string;
  /** Without: r, or its advantage. */
  readonly plain: number;
  /** With: r − b, or its advantage. */
  readonly contrastive: number;
}

/** A variance with baselines over that without. */
export interface VarianceRatio {
  /** The ratio; below 1 baselines reduce it. */
  readonly ratio: Estimate;
  /** The variance without. */
  readonly plain: number;
  /** The variance with. */
  readonly contrastive: number;
}

/**
 * Measures Var[r − b] / Var[r] on the same responses.
 *
 * @param samples Both numbers of each response.
 * @returns The ratio, its interval from the delete-one-prompt jackknife of its logarithm; not measurable with fewer than 3
 * prompts, or where numbers hardly differ.
 *
 * @example Usage
 * ```ts
 * import { varianceRatio } from "@tare/contrastive";
 * import { assert, assertAlmostEquals } from "@std/assert";
 *
 * const found = varianceRatio([[0, 0], [2, 1], [4, 2], [6, 3]].map(([plain, contrastive], i) => ({
 *   ...{ promptId: `${i}`, plain: plain!, contrastive: contrastive! },
 * })));
 * assert(found.measurable);
 * assertAlmostEquals(found.ratio.value, 0.25);
 * ```
 */
export function varianceRatio(samples: readonly PairedSample[]): Measured<VarianceRatio> {
  const [p, c] = [mean(samples.map(({ plain }) => plain)), mean(samples.map(({ contrastive }) => contrastive))];
  // About the means of all, so that little is lost where numbers are large and alike.
  const { all, without } = promptTotals(samples, ({ plain, contrastive }) => {
    const [x, y] = [plain - p, contrastive - c];
    return [1, x, x * x, y, y * y];
  });
  if (without.length < 3) return unmeasurable(`responses to ${without.length} prompts are too few: take 3 or more`);
  const variances = ([n, x, xx, y, yy]: readonly number[]): [number, number] => [
    squaresOf(n!, x!, xx!, all[2]!) / (n! - 1),
    squaresOf(n!, y!, yy!, all[4]!) / (n! - 1),
  ];
  const [plain, contrastive] = variances(all);
  const ratio = ratioEstimate([plain, contrastive], without.map(variances));
  if (!ratio) return unmeasurable("numbers of nearly all responses are equal");
  return { measurable: true, ratio, plain, contrastive };
}

/**
 * Measures by how much baselines reduce the variance of the policy's gradient: tr Cov(g) with them over that without, on
 * parts of the same episodes.
 *
 * @param plain For each part of the episodes, the squared distance of its gradient from the mean gradient of all parts,
 * where advantages come from r.
 * @param contrastive The same parts, where they come from r − b.
 * @returns The ratio of traces, its interval from the delete-one-part jackknife of its logarithm; not measurable with fewer
 * than 3 parts, or where gradients hardly differ.
 * @throws {RangeError} If the two have different numbers of parts.
 *
 * @example Usage
 * ```ts
 * import { gradientVarianceRatio } from "@tare/contrastive";
 * import { assert, assertAlmostEquals } from "@std/assert";
 *
 * const found = gradientVarianceRatio([4, 6, 5, 5], [2, 3, 2.5, 2.5]);
 * assert(found.measurable);
 * assertAlmostEquals(found.ratio.value, 0.5);
 * ```
 */
export function gradientVarianceRatio(
  plain: readonly number[],
  contrastive: readonly number[],
): Measured<VarianceRatio> {
  const n = plain.length;
  if (contrastive.length !== n) {
    throw new RangeError(`Expected the same parts with and without baselines but found ${n} and ${contrastive.length}`);
  }
  if (n < 3) return unmeasurable(`gradients of ${n} parts are too few: take 3 or more`);
  const total = (distances: readonly number[]) => distances.reduce((sum, distance) => sum + distance, 0);
  // Without one part the mean moves too; together that takes n / (n − 1) times its squared distance from the sum.
  const trace = (distances: readonly number[], left: number) =>
    (total(distances) - distances[left]! * n / (n - 1)) / (n - 2);
  const traces: [number, number] = [total(plain) / (n - 1), total(contrastive) / (n - 1)];
  const ratio = ratioEstimate(traces, plain.map((_, i) => [trace(plain, i), trace(contrastive, i)]));
  if (!ratio) return unmeasurable("gradients of nearly all parts are equal");
  return { measurable: true, ratio, plain: traces[0], contrastive: traces[1] };
}

/** The second over the first, from the jackknife of the logarithm; nothing where that is no number. */
function ratioEstimate(all: [number, number], without: readonly [number, number][]): Estimate | undefined {
  const log = ([below, above]: readonly [number, number]) => Math.log(above / below);
  const estimate = jackknife(log(all), without.map(log));
  return [estimate.low, estimate.high].every(Number.isFinite) ? mapEstimate(estimate, Math.exp) : undefined;
}
