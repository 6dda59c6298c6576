import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { atEqualKl, bestWithin, meanUpTo, passage } from "./equal_kl.ts";

const line = [[0, 0.5], [1, 0.6], [2, 0.8]].map(([kl, gold], i) => ({ step: 5 * i, kl: kl!, gold: gold! }));
const folded = [[0, 0.5], [3, 0.6], [1, 0.7], [1.5, 0.75]].map(([kl, gold], i) => ({
  step: 5 * i,
  kl: kl!,
  gold: gold!,
}));

Deno.test("atEqualKl() reads both curves at the largest KL that both reach", () => {
  const { kl, a, b } = atEqualKl(line, [{ step: 0, kl: 0, gold: 0.5 }, { step: 5, kl: 1.5, gold: 0.9 }]);
  assertEquals(kl, 1.5);
  assertAlmostEquals(a.gold, 0.7);
  assertAlmostEquals(a.step, 7.5);
  assertAlmostEquals(b.gold, 0.9);
});

Deno.test("passage() takes the last of several passages", () => {
  assertAlmostEquals(passage(folded, 1.25).gold, 0.725); // also passed from 0 to 3, and from 3 to 1
  assertAlmostEquals(passage(folded, 2).gold, 0.65);
  assertAlmostEquals(passage(folded, 3).gold, 0.6);
  assertEquals(passage([{ step: 0, kl: 0, gold: 0.1 }, { step: 5, kl: 0, gold: 0.3 }], 0).gold, 0.3);
  assertThrows(() => passage(folded, 3.1), RangeError, "does not");
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
