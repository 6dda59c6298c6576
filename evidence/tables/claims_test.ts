import { assert, assertAlmostEquals } from "@std/assert";
import type { Run } from "../analysis/read.ts";
import { difficultyEffect, improvementEffect, robustnessEffect, uncertaintyEffect } from "./claims.ts";

const where = { labels: "pairs", noise: 0.2 } as const;
const seeds = [100, 101, 102];
const base = { ...where, golds: [0.5], seconds: 1 };
const at = (gold: number) => [{ step: 40, gold, kl: 1, score: 0, length: 9, ended: 1 }];

/** Four prompts of three responses; labels of the last two flip often. */
function start(seed: number, rewards: number[][]): Run {
  const golds = [[0.1, 0.2, 0.3], [0.2, 0.3, 0.1], [0.8, 0.9, 0.7], [0.7, 0.9, 0.8]];
  const offline = { rewards, golds, flipRates: [0.1, 0.1, 0.3, 0.3] };
  return { ...base, seed, arm: "start", checkpoints: at(0.5), offline };
}

Deno.test("claim 1: half the slope on noisy families is a fall of two thirds of the mean slope", () => {
  const runs = seeds.map((seed) => {
    const { offline } = start(seed, []);
    const slope = (i: number) => (seed / 100) * (i < 2 ? 2 : 1);
    // The offset of each prompt must not matter.
    return start(seed, offline!.golds.map((golds, i) => golds.map((gold) => 7 * i + slope(i) * gold)));
  });
  assertAlmostEquals(uncertaintyEffect(runs, where)!.mean, 2 * (1 - 2) / 3, 1e-9);
});

Deno.test("claim 2: slopes of gold on noise, per seed", () => {
  const runs = seeds.flatMap((seed) =>
    [0, 0.2, 0.4].flatMap((noise): Run[] => [
      { ...base, noise, seed, arm: "ppo", checkpoints: at(0.7 - noise) },
      { ...base, noise, seed, arm: "contrastive", checkpoints: at(0.7 - (0.4 + (seed - 101) / 10) * noise) },
    ])
  );
  assertAlmostEquals(robustnessEffect(runs, "pairs")!.mean, 0.6, 1e-9);
});

Deno.test("claims 3 and 4: shares above b(x), and who gains where", () => {
  const runs = seeds.flatMap((seed): Run[] => [
    start(seed, [[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]),
    { ...base, seed, arm: "ppo", checkpoints: at(0.6), practice: { raw: [2, 2, 0, 0], gold: [0.4, 0.2, 0.9, 0.9] } },
    {
      ...{ ...base, seed, arm: "contrastive", checkpoints: at(0.6) },
      practice: { raw: [2, 2, 2, seed > 101 ? 0 : 2], gold: [0.5, 0.3, 0.9, 0.9] },
    },
  ]);
  const share = improvementEffect(runs, where)!;
  assertAlmostEquals(share.mean, (0.5 + 0.5 + 0.25) / 3, 1e-9);
  assert(share.low < share.mean);
  // Prompt 0 is the hardest by its first two responses: its gain grows by 0.1, that of the easiest stays.
  assertAlmostEquals(difficultyEffect(runs, where)!.mean, 0.1, 1e-9);
});
