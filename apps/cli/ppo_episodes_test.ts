import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type BaselineRow, baselineTable, hashPrompt } from "@tare/contrastive";
import type { ScoredEpisode } from "@tare/ppo";
import { episodeMetrics, linesOf, meanBaseline } from "./ppo_episodes.ts";

const row = async (promptId: string, rewards: number[]): Promise<BaselineRow> => ({
  ...{ promptId, promptHash: await hashPrompt(`${promptId}?`), responses: rewards.map(() => "."), rewards },
  ...{ policy: "p", rewardModel: "r", template: "" },
  sampling: { k: rewards.length, temperature: 1, maxTokens: 8, seed: 0 },
});
const table = await baselineTable([await row("a", [1, 3]), await row("b", [-1, 1])]);
const episode = (promptId: string, score: number): ScoredEpisode => ({
  ...{ promptId, prompt: `${promptId}?`, response: " yes", finish: "eos", reward: 2 * score, kl: 0.5, score },
  ...{ promptTokens: Uint32Array.of(1), tokens: Uint32Array.of(2, 0), logProbs: new Float32Array(2), advantage: 0.25 },
});

Deno.test("linesOf() gives the same raw rewards and baselines whether these were subtracted or not", async () => {
  const plain = await linesOf([episode("a", 4), episode("b", 1)], { table, baseline: "none" }, undefined);
  const contrastive = await linesOf([episode("a", 2), episode("b", 1)], { table, baseline: "mean" }, undefined);
  const facts = ({ raw, baseline, length, finish }: typeof plain[number]) => [raw, baseline, length, finish];
  assertEquals(plain.map(facts), [[4, 2, 2, "eos"], [1, 0, 2, "eos"]]);
  assertEquals(contrastive.map(facts), plain.map(facts));
  assertEquals([plain[0]!.score, contrastive[0]!.score], [4, 2]);
  assertEquals(episodeMetrics(plain, true), episodeMetrics(contrastive, true));
  assertEquals([meanBaseline(table, "mean"), meanBaseline(table, "max"), meanBaseline(table, "none")], [1, 2, 0]);
});

Deno.test("episodeMetrics() says what baselines do to rewards, and nothing of them where there are none", async () => {
  const gold = (_prompt: string, response: string) => response.length / 8;
  const lines = await linesOf([episode("a", 4), episode("b", 1)], { table, baseline: "none" }, gold);
  const metrics = episodeMetrics(lines, true);
  assertEquals(metrics["contrastive/raw_reward"], 2.5);
  assertEquals(metrics["contrastive/baseline_mean"], 1);
  assertEquals(metrics["contrastive/advantage_over_baseline"], 1.5);
  assertEquals(metrics["contrastive/frac_above_baseline"], 1);
  assertAlmostEquals(metrics["contrastive/variance_ratio"]!, 0.25 / 2.25, 1e-12);
  assertEquals(metrics["train/gold"], 0.5);
  const bare = await linesOf([episode("c", 4)], undefined, undefined);
  assertEquals([bare[0]!.raw, bare[0]!.baseline, episodeMetrics(bare, false)], [4, 0, {}]);
});

Deno.test("episodeMetrics() leaves out what cannot be measured: each number can be written as JSON", async () => {
  for (const scores of [[3], [2, 2]]) { // one episode, and raw rewards without variance
    const lines = await linesOf(scores.map((score) => episode("a", score)), { table, baseline: "none" }, undefined);
    const metrics = episodeMetrics(lines, true);
    assertEquals(JSON.parse(JSON.stringify(metrics)), metrics);
    assertEquals("contrastive/variance_ratio" in metrics, false);
  }
});
