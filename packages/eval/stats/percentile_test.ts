import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { percentile } from "./percentile.ts";

Deno.test("percentile() agrees with NumPy's percentile", () => {
  const sorted = [1.5, 2, 7, 9];
  assertAlmostEquals(percentile(sorted, 0.025), 1.5375, 1e-12);
  assertAlmostEquals(percentile(sorted, 0.5), 4.5, 1e-12);
  assertAlmostEquals(percentile(sorted, 0.975), 8.85, 1e-12);
});

Deno.test("percentile() is the least and the greatest number at the ends, and the only one of one", () => {
  assertEquals([percentile([3, 4, 8], 0), percentile([3, 4, 8], 1), percentile([5], 0.3)], [3, 8, 5]);
  assertThrows(() => percentile([], 0.5), RangeError, "found none");
});
