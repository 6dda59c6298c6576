import { assertClose } from "@tare/core/testing";
import { assertEquals, assertThrows } from "@std/assert";
import { correlation, pairAccuracy, wilson } from "./evaluate.ts";

Deno.test("pairAccuracy() counts a tie as half a pair", () => {
  const { accuracy, margin } = pairAccuracy([1, 2, 3], [0, 2, 5]);
  assertEquals([accuracy, margin], [0.5, -1 / 3]);
  assertThrows(() => pairAccuracy([1], []), RangeError, "as many rejected scores as chosen ones, 1, but found 0");
});

Deno.test("wilson() has the bounds that solve (p − share)² = z² p (1 − p) / n", () => {
  const z = 1.959963984540054;
  for (const [won, n] of [[5, 10], [130.5, 200], [0, 7], [7, 7]] as const) {
    for (const p of wilson(won, n)) assertClose([(p - won / n) ** 2], [z * z * p * (1 - p) / n], { atol: 1e-12 });
  }
  const [low, high] = wilson(0, 7);
  assertClose([low, high], [0, 0.35433], { atol: 1e-5 });
});

Deno.test("correlation() is 1 for a rising line, −1 for a falling one", () => {
  assertClose([correlation([1, 2, 4], [3, 5, 9]), correlation([1, 2, 4], [-1, -2, -4])], [1, -1], { atol: 1e-12 });
  assertClose([correlation([1, 2, 3], [1, 3, 2])], [0.5], { atol: 1e-12 });
  assertEquals(correlation([1, 1], [1, 2]), NaN);
});
