import { assertAlmostEquals, assertEquals } from "@std/assert";
import { boundedMean } from "./bounded_mean.ts";
import { clusteredMean } from "./clustered_mean.ts";
import { wilson } from "./wilson.ts";

Deno.test("boundedMean() is that of clusters, and where they agree leaves room on each side that has room", () => {
  const prompts = ["p", "q", "r", "s", "t"];
  const values = [1, 0, 1, 1, 0.5];
  assertEquals(boundedMean(values, prompts, { seed: 3 }), clusteredMean(values, prompts, { seed: 3 }));
  const share = wilson(0, 5).high;
  const alike = (value: number, least: number) => boundedMean(prompts.map(() => value), prompts, {}, least);
  for (const [value, least] of [[1, 0], [0, 0], [0.5, 0], [0, -1], [-1, -1]] as const) {
    const { mean, low, high } = alike(value, least);
    assertEquals(mean, value);
    assertAlmostEquals(low, value - share * (value - least), 1e-12);
    assertAlmostEquals(high, value + share * (1 - value), 1e-12);
  }
});
