import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { atEqualKl, bestWithin, goldAt, meanUpTo } from "./equal_kl.ts";

const line = [[0, 0.5], [1, 0.6], [2, 0.8]].map(([kl, gold]) => ({ kl: kl!, gold: gold! }));
const folded = [[0, 0.5], [3, 0.6], [1, 0.7], [1.5, 0.75]].map(([kl, gold]) => ({ kl: kl!, gold: gold! }));

Deno.test("atEqualKl() reads both curves at the largest KL that both reach", () => {
  const { kl, a, b } = atEqualKl(line, [{ kl: 0, gold: 0.5 }, { kl: 1.5, gold: 0.9 }]);
  assertEquals(kl, 1.5);
  assertAlmostEquals(a, 0.7);
  assertAlmostEquals(b, 0.9);
});

Deno.test("goldAt() takes the last of several passages", () => {
  assertAlmostEquals(goldAt(folded, 1.25), 0.725); // also passed from 0 to 3, and from 3 to 1
  assertAlmostEquals(goldAt(folded, 2), 0.65);
  assertAlmostEquals(goldAt(folded, 3), 0.6);
  assertEquals(goldAt([{ kl: 0, gold: 0.1 }, { kl: 0, gold: 0.3 }], 0), 0.3);
  assertThrows(() => goldAt(folded, 3.1), RangeError, "does not");
});

Deno.test("bestWithin() never looks beyond the KL", () => {
  assertAlmostEquals(bestWithin(line, 1.5), 0.7);
  assertAlmostEquals(bestWithin(folded, 1.2), 0.72);
  assertEquals(bestWithin(folded, 3), 0.75);
  assertEquals(bestWithin(line, 0), 0.5);
});

Deno.test("meanUpTo() is the mean height of the first passage", () => {
  assertAlmostEquals(meanUpTo(line, 1), 0.55);
  assertAlmostEquals(meanUpTo(line, 2), (0.55 + 0.7) / 2);
});
