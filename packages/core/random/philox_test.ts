import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { knownAnswers } from "./known_answers.ts";
import { normal, philox, toUniform } from "./philox.ts";

Deno.test("philox() gives the published bits", () => {
  for (const [key, counter, bits] of knownAnswers) assertEquals([...philox(key, counter)], bits);
});

Deno.test("toUniform() stays below 1", () => {
  assertEquals([toUniform(0), toUniform(0xffffffff)], [0, 1 - 2 ** -24]);
});

Deno.test("normal() has mean 0, variance 1 and no heavier tails", () => {
  const x = normal(40_000, [3, 1]);
  const moment = (p: number) => x.reduce((sum, v) => sum + v ** p, 0) / x.length;
  assertAlmostEquals(moment(1), 0, 0.02);
  assertAlmostEquals(moment(2), 1, 0.03);
  assertAlmostEquals(moment(4), 3, 0.2);
});

Deno.test("normal() continues a stream at any block", () => {
  const whole = normal(12, [1, 2]);
  assertEquals(normal(5, [1, 2], [0, 0, 0, 1]), whole.slice(4, 9));
  assert(normal(4, [1, 3])[0] !== whole[0]);
});
