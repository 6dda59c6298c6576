import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { mean, squares } from "./moments.ts";

Deno.test("squares() is exactly 0 of equal numbers, and right of large ones that are alike", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 40 }), (value, n) => {
      assertEquals([mean(new Array(n).fill(value)), squares(new Array(n).fill(value))], [value, 0]);
    }),
  );
  assertEquals([mean([1e9, 1e9 + 2]), squares([1e9, 1e9 + 2])], [1e9 + 1, 2]);
  assertAlmostEquals(mean([1, 2, 6]), 3, 1e-15);
});
