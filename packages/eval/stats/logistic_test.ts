import { assert, assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { clusteredVariance, logistic } from "./logistic.ts";

Deno.test("logistic() of two groups is the logits of their shares", () => {
  // 3 of 4 at t = 0, and 2 of 10 at t = 1; a half is a tie.
  const t = [0, 0, 0, 0, ...Array<number>(10).fill(1)];
  const y = [1, 1, 0.5, 0.5, 1, 1, ...Array<number>(8).fill(0)];
  const { theta, phi, covariance } = logistic(t, y, 0);
  assertAlmostEquals(theta, Math.log(3), 1e-9);
  assertAlmostEquals(theta + phi, Math.log(2 / 8), 1e-9);
  const known = [1 / (4 * 3 / 16), 1 / (4 * 3 / 16) + 1 / (10 * 0.16), -1 / (4 * 3 / 16)];
  covariance.forEach((value, i) => assertAlmostEquals(value, known[i]!, 1e-6));
});

Deno.test("logistic() finds where the gradient is 0, for any rows and ridge", () => {
  const number = fc.double({ min: -1, max: 1, noNaN: true });
  const rows = fc.array(fc.tuple(number, fc.constantFrom(0.1, 0.5, 0.8)), { minLength: 5, maxLength: 40 });
  fc.assert(fc.property(rows, fc.double({ min: 0.01, max: 10, noNaN: true }), (rows, ridge) => {
    const [t, y] = [rows.map(([t]) => t), rows.map(([, y]) => y)];
    const { theta, phi } = logistic(t, y, ridge);
    const residuals = t.map((t, i) => y[i]! - 1 / (1 + Math.exp(-theta - phi * t)));
    assertAlmostEquals(residuals.reduce((sum, residual) => sum + residual, 0), 0, 1e-7);
    assertAlmostEquals(residuals.reduce((sum, residual, i) => sum + residual * t[i]!, -ridge * phi), 0, 1e-7);
  }));
});

Deno.test("clusteredVariance() takes rows that are alike for one: k copies in a cluster change nothing, apart they divide by k", () => {
  const t = Array.from({ length: 30 }, (_, i) => ((7 * i) % 30 - 12) / 15);
  const y = t.map((t, i) => t + Math.sin(i) > 0 ? 1 : 0);
  const copies = <T>(list: readonly T[]) => list.flatMap((value) => [value, value, value]);
  const of = (t: readonly number[], y: readonly number[], sizes: readonly number[]) =>
    clusteredVariance(sizes, t, y, logistic(t, y, 0));
  const alone = of(t, y, t.map(() => 1));
  assert(alone > 0);
  assertAlmostEquals(of(copies(t), copies(y), t.map(() => 3)) / alone, 1, 1e-6);
  const apart = of(copies(t), copies(y), copies(t).map(() => 1));
  assertAlmostEquals(apart / alone, 1 / 3 * (90 / 89) / (30 / 29), 1e-6);
});
