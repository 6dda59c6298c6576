import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { normals } from "../fakes.ts";
import { jackknife, mapEstimate } from "./estimate.ts";
import { gradientVarianceRatio, type PairedSample, varianceRatio } from "./variance.ts";

const normal = normals(23);

/** Variance, plainly. */
function variance(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

Deno.test("varianceRatio() and its interval are those of a jackknife that recomputes everything without each prompt", () => {
  const samples = Array.from({ length: 20 }, (_, i): PairedSample => ({
    ...{ promptId: `${i % 7}`, plain: 1000 + 5 * (i % 7) + normal(), contrastive: normal() }, // large and alike
  }));
  const log = (some: readonly PairedSample[]) =>
    Math.log(variance(some.map(({ contrastive }) => contrastive)) / variance(some.map(({ plain }) => plain)));
  const without = Array.from({ length: 7 }, (_, i) => log(samples.filter(({ promptId }) => promptId !== `${i}`)));
  const expected = mapEstimate(jackknife(log(samples), without), Math.exp);
  const found = varianceRatio(samples);
  assert(found.measurable);
  for (const part of ["value", "low", "high"] as const) assertAlmostEquals(found.ratio[part], expected[part], 1e-9);
  assertAlmostEquals(found.plain, variance(samples.map(({ plain }) => plain)), 1e-9);
  assertAlmostEquals(found.contrastive / found.plain, found.ratio.value, 1e-12);
});

Deno.test("varianceRatio() comes to what prompts and k leave: s_w² (1 + 1/k) of s_b² + s_w²", () => {
  const [between, k] = [2, 5];
  const samples = Array.from({ length: 3000 }, (_, i): PairedSample => {
    const offset = between * normal();
    const baseline = offset + normal() / Math.sqrt(k);
    const plain = offset + normal();
    return { promptId: `${i}`, plain, contrastive: plain - baseline };
  });
  const found = varianceRatio(samples);
  const truth = (1 + 1 / k) / (between ** 2 + 1);
  assert(found.measurable && found.ratio.low < truth && truth < found.ratio.high, JSON.stringify(found));
  assert(found.ratio.high / found.ratio.low < 1.2);
});

Deno.test("gradientVarianceRatio() needs squared distances alone: it is the jackknife over the gradients themselves", () => {
  const gradients = [3, 1].map((scale) =>
    Array.from({ length: 16 }, () => Array.from({ length: 4 }, () => scale * normal()))
  );
  const distances = (parts: readonly number[][]) => {
    const centre = parts[0]!.map((_, d) => parts.reduce((sum, part) => sum + part[d]!, 0) / parts.length);
    return parts.map((part) => part.reduce((sum, value, d) => sum + (value - centre[d]!) ** 2, 0));
  };
  const trace = (parts: readonly number[][]) => distances(parts).reduce((a, b) => a + b, 0) / (parts.length - 1);
  const log = (left?: number) => {
    const [plain, contrastive] = gradients.map((parts) => trace(parts.filter((_, i) => i !== left)));
    return Math.log(contrastive! / plain!);
  };
  const expected = mapEstimate(jackknife(log(), gradients[0]!.map((_, i) => log(i))), Math.exp);
  const found = gradientVarianceRatio(distances(gradients[0]!), distances(gradients[1]!));
  assert(found.measurable);
  for (const part of ["value", "low", "high"] as const) assertAlmostEquals(found.ratio[part], expected[part], 1e-9);
  assertAlmostEquals(found.plain, trace(gradients[0]!), 1e-9);
  assert(found.ratio.high < 1);
});

Deno.test("varianceRatio() and gradientVarianceRatio() say why where there is nothing to measure", () => {
  const samples = (numbers: readonly [number, number][]) =>
    numbers.map(([plain, contrastive], i): PairedSample => ({ promptId: `${i}`, plain, contrastive }));
  const cases = [
    [varianceRatio([]), "0 prompts are too few"],
    [varianceRatio(samples([[1, 2], [3, 4]])), "2 prompts are too few"],
    [varianceRatio(samples([[0.1, 1], [0.1, 2], [0.1, 4]])), "nearly all responses are equal"],
    [varianceRatio(samples([[0.1, 1], [0.1, 2], [7, 4]])), "nearly all responses are equal"], // without the last
    [varianceRatio(samples([[1, 0.7], [2, 0.7], [4, 0.7]])), "nearly all responses are equal"],
    [gradientVarianceRatio([1, 1], [1, 1]), "2 parts are too few"],
    [gradientVarianceRatio([0, 0, 0], [1, 1, 1]), "nearly all parts are equal"],
  ] as const;
  for (const [found, why] of cases) assert(!found.measurable && found.why.includes(why), JSON.stringify(found));
  assertThrows(() => gradientVarianceRatio([1, 2, 3], [1, 2]), RangeError, "found 3 and 2");
});
