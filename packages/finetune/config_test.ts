import { assertEquals, assertThrows } from "@std/assert";
import { dpoDefaults, fillConfig, rewardDefaults, sftDefaults } from "./config.ts";

Deno.test("fillConfig() fills in the trainer's defaults", () => {
  assertEquals(fillConfig(undefined, sftDefaults), sftDefaults);
  assertEquals(fillConfig({ beta: 0.5, batch: undefined, steps: 3 }, dpoDefaults), {
    ...dpoDefaults,
    beta: 0.5,
    steps: 3,
  });
});

Deno.test("fillConfig() refuses each setting out of its range, by name", () => {
  for (
    const bad of [
      { batch: 0 },
      { batch: 1.5 },
      { epochs: 0 },
      { steps: 0 },
      { microTokens: -1 },
      { learningRate: NaN },
      { warmup: 1.1 },
      { decay: "square" as "cosine" },
      { floor: -0.1 },
      { maxNorm: 0 },
      { weightDecay: -1 },
      { seed: -1 },
      { evalEvery: 0 },
      { recompute: "yes" as unknown as boolean },
    ]
  ) assertThrows(() => fillConfig(bad, sftDefaults), RangeError, `Expected ${Object.keys(bad)} of training to be`);
  assertThrows(() => fillConfig({ centring: -1 }, rewardDefaults), RangeError, "centring");
  assertThrows(() => fillConfig({ beta: 0 }, dpoDefaults), RangeError, "beta");
  assertThrows(() => fillConfig({ labelSmoothing: 0.5 }, dpoDefaults), RangeError, "from 0 to below 0.5 but found 0.5");
});

Deno.test("fillConfig() refuses settings of another trainer", () => {
  const foreign = { beta: 1 } as object;
  assertThrows(() => fillConfig(foreign, sftDefaults), RangeError, "recompute, steps, evalEvery but found beta");
});
