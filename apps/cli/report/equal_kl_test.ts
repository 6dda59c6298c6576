import { assertAlmostEquals, assertEquals } from "@std/assert";
import { atEqualKl } from "./equal_kl.ts";
import type { Metrics, PpoRun } from "./sources/ppo_run.ts";

function run(...points: readonly (readonly [kl: number, gold: number])[]): PpoRun {
  const metrics = points.flatMap(([kl, gold], i): Metrics[] => [
    { step: 2 * i + 1, "objective/kl": kl },
    { step: 2 * i + 2, "eval/kl": kl, "eval/gold": gold },
  ]);
  return { name: "run", contrastive: false, metrics, episodes: [] };
}

Deno.test("atEqualKl() reads both curves at the largest KL that both reached", () => {
  const found = atEqualKl(run([0, 0.4], [4, 0.6], [10, 0.7]), run([0, 0.4], [2, 0.5], [6, 0.8]))!;
  assertEquals([found.kl, found.b, found.points], [6, 0.8, 3]);
  assertAlmostEquals(found.a, 0.6 + 0.1 / 3);
  const turned = atEqualKl(run([0, 0.4], [2, 0.5], [6, 0.8]), run([0, 0.4], [4, 0.6], [10, 0.7]))!;
  assertEquals([turned.a, turned.b], [found.b, found.a]);
});

Deno.test("atEqualKl() takes the first time that a curve gets there, and its end where KL fell since", () => {
  const found = atEqualKl(run([0, 0.4], [8, 0.6], [5, 0.9], [8, 1]), run([1, 0.4], [8, 0.5]))!;
  assertEquals([found.kl, found.a, found.b], [8, 0.6, 0.5]);
});

Deno.test("atEqualKl() has nothing to say of fewer than two evaluations", () => {
  assertEquals(atEqualKl(run([3, 0.4]), run([0, 0.4], [6, 0.8])), undefined);
  assertEquals(atEqualKl(run(), run()), undefined);
});
