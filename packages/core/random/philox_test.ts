import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { normal, philox, type PhiloxCounter, type PhiloxKey, toUniform } from "./philox.ts";

/** Known answers of Random123 (kat_vectors, philox4x32 10). */
export const knownAnswers: readonly [PhiloxKey, PhiloxCounter, number[]][] = [
  [[0, 0], [0, 0, 0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0xa4093822, 0x299f31d0],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

Deno.test("philox() gives the published bits", () => {
  for (const [key, counter, bits] of knownAnswers) {
    assertEquals(philox(key, counter), bits as [number, number, number, number]);
  }
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
