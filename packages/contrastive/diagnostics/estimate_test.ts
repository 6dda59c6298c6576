import { assert, assertAlmostEquals } from "@std/assert";
import { jackknife, mapEstimate, meanEstimate, tQuantile } from "./estimate.ts";

Deno.test("tQuantile() is that of the tables", () => {
  const table = [[1, 12.7062], [2, 4.30265], [4, 2.77645], [5, 2.57058], [6, 2.44691], [9, 2.26216], [15, 2.13145]];
  for (const [degrees, t] of [...table, [30, 2.04227], [120, 1.97993], [1e6, 1.95996]]) {
    assert(Math.abs(tQuantile(degrees!) - t!) < 0.002, `${degrees}`);
  }
});

Deno.test("meanEstimate() is the mean with the t interval of a hand-worked sample", () => {
  // 1, 2, 6: mean 3, variance 7, standard error √(7/3), 2 degrees of freedom.
  const { value, low, high } = meanEstimate([1, 2, 6]);
  assertAlmostEquals(value, 3, 1e-12);
  assertAlmostEquals(high - value, 4.30265 * Math.sqrt(7 / 3), 1e-4);
  assertAlmostEquals(value - low, high - value, 1e-12);
});

Deno.test("jackknife() of a mean is meanEstimate()", () => {
  const values = [1, 2, 6, -3, 0.5];
  const total = values.reduce((sum, value) => sum + value, 0);
  const found = jackknife(total / 5, values.map((value) => (total - value) / 4));
  const expected = meanEstimate(values);
  for (const part of ["value", "low", "high"] as const) assertAlmostEquals(found[part], expected[part], 1e-12);
});

Deno.test("mapEstimate() moves the ends of the interval too", () => {
  const { value, low, high } = mapEstimate({ value: 0, low: -1, high: 2 }, Math.exp);
  assertAlmostEquals(value + low + high, 1 + Math.exp(-1) + Math.exp(2), 1e-12);
});
