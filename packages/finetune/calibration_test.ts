import { assertClose } from "@tare/core/testing";
import { assertEquals, assertThrows } from "@std/assert";
import { calibrate, calibrationOf, normalizeScores } from "./calibration.ts";

Deno.test("calibrate() and normalizeScores() bring scores to mean 0 and deviation 1", () => {
  const scores = [3, 5, 10, -2];
  const normal = calibrate(normalizeScores(scores, calibrate(scores)));
  assertClose([normal.mean, normal.std], [0, 1], { atol: 1e-6 });
  for (const bad of [[], [1], [2, 2], [1, NaN], [1, Infinity]]) assertThrows(() => calibrate(bad), RangeError);
});

Deno.test("calibrationOf() refuses what makes no sense", () => {
  for (const reward of [null, {}, { mean: 0, std: 0, samples: 3 }, { mean: "0", std: 1, samples: 3 }, 3]) {
    assertThrows(() => calibrationOf({ tare: { reward } }), TypeError, "Expected tare.reward of config.json");
  }
  assertEquals(calibrationOf({ tare: {} }), undefined);
});
