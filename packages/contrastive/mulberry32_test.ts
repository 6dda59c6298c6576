import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { mulberry32 } from "./mulberry32.ts";

Deno.test("mulberry32() is uniform in [0, 1) and decided by its seed", () => {
  const draw = (seed: number) => Array.from({ length: 10000 }, mulberry32(seed));
  const numbers = draw(7);
  assertEquals(numbers, draw(7));
  assertNotEquals(numbers[0], draw(8)[0]);
  assert(numbers.every((value) => value >= 0 && value < 1));
  const tenths = Array.from({ length: 10 }, (_, i) => numbers.filter((value) => Math.floor(10 * value) === i).length);
  assert(tenths.every((count) => Math.abs(count - 1000) < 150), `${tenths}`); // five standard deviations of 30
});
