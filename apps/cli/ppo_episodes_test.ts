import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type EpisodeLine, episodeMetrics } from "./ppo_episodes.ts";

/** Lines of these raw rewards and baselines. */
function lines(rewards: readonly (readonly [raw: number, baseline: number])[]): EpisodeLine[] {
  return rewards.map(([raw, baseline], i) => ({
    ...{ promptId: `${i}`, prompt: "Is it?", response: " Yes.", score: raw - baseline, baseline, raw },
    ...{ reward: raw, kl: 0, advantage: 0, length: 2, finish: "eos" },
  }));
}

Deno.test("episodeMetrics() says what baselines took away: most of the variance where prompts differ", () => {
  const metrics = episodeMetrics(lines([[1, 1], [2, 1], [11, 11], [12, 11]]), true);
  assertEquals(metrics["contrastive/raw_reward"], 6.5);
  assertEquals(metrics["contrastive/baseline_mean"], 6);
  assertEquals(metrics["contrastive/frac_above_baseline"], 0.5);
  assertAlmostEquals(metrics["contrastive/variance_ratio"]!, 0.25 / 25.25, 1e-12);
});

Deno.test("episodeMetrics() leaves out what cannot be measured: each number can be written as JSON", () => {
  for (const rewards of [[[3, 1]], [[2, 1], [2, 0]]] as const) {
    const metrics = episodeMetrics(lines(rewards), true);
    assertEquals(JSON.parse(JSON.stringify(metrics)), metrics);
    assertEquals("contrastive/variance_ratio" in metrics, false);
  }
  assertEquals(episodeMetrics(lines([[3, 0]]), false), {});
});
