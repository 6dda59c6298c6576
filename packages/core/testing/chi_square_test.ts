import { assertAlmostEquals, assertEquals } from "@std/assert";
import { chiSquareP } from "./chi_square.ts";

Deno.test("chiSquareP() is exp(-χ² / 2) for three outcomes, and follows tables for more", () => {
  for (const x of [0.5, 1, 2, 4, 9]) {
    const shift = Math.sqrt(x * 100 / 2); // two outcomes off by it: χ² is x
    assertAlmostEquals(chiSquareP([100 + shift, 100 - shift, 100], [100, 100, 100]), Math.exp(-x / 2), 0.01);
  }
  const expected = new Array(11).fill(1000);
  const counts = (x: number) => expected.map((e, i) => i < 2 ? e + (i ? 1 : -1) * Math.sqrt(x * 1000 / 2) : e);
  assertAlmostEquals(chiSquareP(counts(18.307), expected), 0.05, 1e-3); // ten degrees of freedom
  assertAlmostEquals(chiSquareP(counts(29.588), expected), 0.001, 1e-4);
});

Deno.test("chiSquareP() takes rare outcomes together and refuses impossible ones", () => {
  assertEquals(chiSquareP([50, 50, 1], [50, 50, 0]), 0);
  assertEquals(chiSquareP([50, 46, 3, 1], [50, 46, 4, 0]), 0);
  assertEquals(chiSquareP([100, 0], [100, 0]), 1);
  assertEquals(chiSquareP([50, 40, 10], [50, 48, 2]), chiSquareP([50, 50], [50, 50])); // too few by themselves, not left out
  assertAlmostEquals(
    chiSquareP([94, 6, 0, 0], [94, 2, 2, 2]),
    chiSquareP([94, 6], [94, 6]),
    1e-12,
  );
});
