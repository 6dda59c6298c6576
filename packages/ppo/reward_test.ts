import { assertClose } from "@tare/core/testing";
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { shapeRewards, tokenRewards } from "./reward.ts";

const plain = { scale: 1, clip: Infinity, missingEosPenalty: 0 };
const allEnd = (scores: Float32Array) => Array.from(scores, () => "eos" as const);

Deno.test("shapeRewards() scales, then clips, then takes the penalty, which no clip makes smaller", () => {
  const scores = Float32Array.of(1, 5, -5, 5);
  const shape = { scale: 2, clip: 4, missingEosPenalty: 3 };
  const { rewards, scale, moments } = shapeRewards(scores, ["eos", "eos", "length", "stop"], shape, null);
  assertEquals([rewards, scale, moments], [Float32Array.of(2, 4, -7, 1), 2, null]);
});

Deno.test("shapeRewards() that does nothing keeps the scores' bits", () => {
  const scores = Float32Array.of(0.1, -3.7, 1e-30, -0);
  assertEquals(shapeRewards(scores, allEnd(scores), plain, null).rewards, scores);
});

Deno.test("shapeRewards() divides by the standard deviation of all scores so far, these included, and leaves the mean", () => {
  const shape = { ...plain, scale: "running" as const };
  const [a, b] = [Float32Array.of(1, 2, 6), Float32Array.of(-3, 4)];
  const first = shapeRewards(a, allEnd(a), shape, null);
  assertAlmostEquals(first.scale, Math.sqrt(2 / 14), 1e-15); // deviations −2, −1, 3
  assertClose(first.rewards, [1, 2, 6].map((x) => x * Math.sqrt(2 / 14)));
  const second = shapeRewards(b, allEnd(b), shape, first.moments);
  assertAlmostEquals(second.scale, Math.sqrt(4 / 46), 1e-15); // of 1, 2, 6, −3, 4: mean 2, squares 1 + 0 + 16 + 25 + 4
  assertEquals(second.moments!.count, 5);
  assertAlmostEquals(second.moments!.mean, 2, 1e-15);
  assertAlmostEquals(second.moments!.m2, 46, 1e-12);
});

Deno.test("shapeRewards() leaves scores alone as long as no two differ", () => {
  const shape = { ...plain, scale: "running" as const };
  for (const scores of [Float32Array.of(3), Float32Array.of(0.1, 0.1, 0.1)]) {
    assertEquals(shapeRewards(scores, allEnd(scores), shape, null).rewards, scores);
  }
});

Deno.test("shapeRewards() refuses scores that are no numbers, and finishes of other episodes", () => {
  const scores = Float32Array.of(1, NaN);
  assertThrows(() => shapeRewards(scores, allEnd(scores), plain, null), RangeError, "found NaN for episode 1");
  assertThrows(() => shapeRewards(scores, ["eos"], plain, null), RangeError, "2 finishes, one for each score, but");
});

Deno.test("tokenRewards() puts the reward on the last token, beside what its own KL costs", () => {
  assertClose(tokenRewards(3, Float32Array.of(0.5, -1, 2), 0.1), [-0.05, 0.1, 2.8]);
  assertEquals(tokenRewards(3, Float32Array.of(7), 0), Float32Array.of(3));
  assertThrows(() => tokenRewards(1, new Float32Array(), 1), RangeError, "at least one token");
});
