import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { wilson } from "./wilson.ts";

Deno.test("wilson() gives the published intervals around a win rate of 55 %", () => {
  const known: readonly (readonly [n: number, low: number, high: number])[] = [
    [100, 0.452, 0.644],
    [200, 0.481, 0.617],
    [400, 0.501, 0.598],
  ];
  for (const [n, low, high] of known) {
    const found = wilson(0.55 * n, n);
    assertAlmostEquals(found.low, low, 5e-4);
    assertAlmostEquals(found.high, high, 5e-4);
  }
});

Deno.test("wilson() has the bounds that solve (p − share)² = z² p (1 − p) / n", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
    const { mean, low, high } = wilson(share * n, n);
    assert(low >= 0 && low <= mean + 1e-12 && mean <= high + 1e-12 && high <= 1);
    for (const p of [low, high]) assertAlmostEquals((p - mean) ** 2, 1.959963984540054 ** 2 * p * (1 - p) / n, 1e-9);
  }));
});

Deno.test("wilson() of none says nothing, of all it keeps its width, and more than all it refuses", () => {
  assertEquals(wilson(0, 0).mean, NaN);
  const { low, high } = wilson(20, 20);
  assert(low > 0.83 && low < 0.84 && high === 1);
  for (const successes of [-1, 5, NaN]) assertThrows(() => wilson(successes, 4), RangeError, `found ${successes}`);
});
