/** The paper's fifth claim, measured: on the same episodes, r − b has less variance than r, and so has the gradient. */
import { initParams, mapTree, mul, openDevice, parseConfig } from "@tare/core";
import { baselineOf, baselineTable, gradientVarianceRatio, varianceRatio } from "@tare/contrastive";
import { gradientDistances } from "@tare/ppo";
import { type Episode, episodeOf, localSampler, type Reward, sampleBaselines, scoresOf } from "@tare/sampler";
import { assert } from "@std/assert";

const config = parseConfig({
  ...{ model_type: "llama", vocab_size: 17, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 1 },
  ...{ num_attention_heads: 2, max_position_embeddings: 16, eos_token_id: 0, tie_word_embeddings: true },
});

/** Share of high tokens, and an offset of the prompt: `spread` times 0 to 15. */
const rewardOf = (spread: number): Reward =>
  Object.assign(
    (episodes: readonly Episode[]) =>
      Promise.resolve(Float32Array.from(episodes, ({ promptTokens, tokens }) =>
        spread * promptTokens[0]! + tokens.filter((id) =>
            id > 8
          ).length / tokens.length)),
    { id: `high tokens and ${spread} times the prompt's` },
  );

Deno.test("baselines reduce the variance of rewards and of the gradient where prompts differ, and only there", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const params = mapTree(initParams(device, config, 1), (tensor) => mul(tensor, 4));
  const sampler = localSampler({ device, config, params, id: "policy" });
  const prompts = Array.from({ length: 16 }, (_, i) => ({ id: `p${i}`, text: `${i}`, tokens: [1 + i, 3] }));
  const drawn = await Array.fromAsync(sampler.sample(prompts, { n: 8, maxTokens: 5, seed: 3, stage: 2 }));
  // Draw by draw: each part of the episodes has all prompts.
  const episodes = drawn.toSorted((a, b) => a.index - b.index).map((completion) =>
    episodeOf(prompts.find(({ id }) => id === completion.promptId)!, completion)
  );
  for (const [spread, holds] of [[1, (high: number) => high < 0.2], [0, (high: number) => high > 0.9]] as const) {
    const reward = rewardOf(spread);
    const table = await baselineTable(sampleBaselines({ sampler, reward, prompts, k: 5, maxTokens: 5, seed: 3 }));
    const scores = Array.from(await scoresOf(reward, episodes));
    const mean = scores.reduce((sum, r) => sum + r, 0) / scores.length;
    const plain = scores.map((r) => r - mean); // as whitening does: what is measured is more than one offset for all
    const contrastive = await Promise.all(scores.map(async (r, i) => r - await baselineOf(table, episodes[i]!)));
    const samples = episodes.map(({ promptId }, i) => ({ promptId, plain: plain[i]!, contrastive: contrastive[i]! }));
    const rewards = varianceRatio(samples);
    assert(rewards.measurable && holds(rewards.ratio.high), `${Deno.inspect(rewards)} at a spread of ${spread}`);
    // Without a critic every token has the advantage that its episode has.
    const distances = (advantages: readonly number[]) =>
      gradientDistances(
        { device, model: { config, params } },
        episodes,
        advantages.map((advantage, i) => new Float32Array(episodes[i]!.tokens.length).fill(advantage)),
        { parts: 8 },
      );
    const gradients = gradientVarianceRatio(await distances(plain), await distances(contrastive));
    assert(gradients.measurable && holds(gradients.ratio.high), `${Deno.inspect(gradients)} at a spread of ${spread}`);
  }
});
