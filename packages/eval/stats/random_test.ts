import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { randomIntegers } from "./random.ts";

const first = (seed: number, count = 8) => Array.from({ length: count }, () => 0).map(numbersOf(seed));

function numbersOf(seed: number): () => number {
  const draw = randomIntegers(seed);
  return () => draw(1000);
}

Deno.test("randomIntegers() draws the same for one seed and other numbers for the next", () => {
  assertEquals(first(7), first(7));
  for (const seed of [0, 1, 2 ** 31, 2 ** 32 - 1]) assertNotEquals(first(seed), first(seed + 1));
  assertNotEquals(first(5), first(5 + 2 ** 32)); // the high word counts
});

Deno.test("randomIntegers() draws each number as often as the others", () => {
  for (const below of [2, 7, 100]) {
    const draw = randomIntegers(below);
    const counts = new Array<number>(below).fill(0);
    const draws = 1000 * below;
    for (let i = 0; i < draws; i++) counts[draw(below)]!++;
    const chi = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    const z = (chi - (below - 1)) / Math.sqrt(2 * (below - 1)); // about normal
    assert(Math.abs(z) < 4, `${below}: ${z}`);
  }
});

Deno.test("randomIntegers() refuses a seed that is none", () => {
  for (const seed of [-1, 0.5, NaN]) assertThrows(() => randomIntegers(seed), RangeError, `but found ${seed}`);
});
