import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type NoisyRun, robustness } from "./robustness.ts";

/** Runs of both arms whose gold falls by these slopes. */
function runs(seed: number, plain: number, contrastive: number, noises = [0, 0.1, 0.4]): NoisyRun[] {
  return noises.flatMap((noise): NoisyRun[] => [
    { arm: "plain", noise, seed, gold: seed + plain * noise },
    { arm: "contrastive", noise, seed, gold: seed + 1 + contrastive * noise },
  ]);
}

Deno.test("robustness() averages slopes over seeds, and compares arms within a seed", () => {
  const found = robustness([...runs(0, -1, -0.5), ...runs(1, -2, -1.5), ...runs(2, -6, -5.5)]);
  assert(found.measurable);
  assertAlmostEquals(found.plain.value, -3, 1e-9);
  assertAlmostEquals(found.plain.high - found.plain.low, 2 * 4.30265 * Math.sqrt(7 / 3), 1e-4);
  // Arms of one seed share what is left to chance, so their difference is certain where they are not.
  for (const part of ["value", "low", "high"] as const) assertAlmostEquals(found.difference[part], 0.5, 1e-9);
  assertEquals(found.seeds, 3);
});

Deno.test("robustness() leaves out seeds that lack an arm or a second rate, and says what is missing", () => {
  const complete = [...runs(0, -1, -0.5), ...runs(1, -2, -1.5)];
  const half = runs(2, -9, 9).filter(({ arm }) => arm === "plain");
  assertEquals(robustness([...complete, ...half, ...runs(3, -9, 9, [0.2])]), robustness(complete));
  for (const few of [[], runs(0, -1, -0.5), [...runs(0, -1, -0.5), ...half]]) {
    const found = robustness(few);
    assert(!found.measurable && found.why.startsWith("not measurable without runs of both arms"));
  }
});
