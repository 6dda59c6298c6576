/**
 * A reward of your own: any function of prompts and responses to numbers, asynchronous if it likes. Without a critic: RLOO
 * compares each response with the others to its prompt.
 *
 *     deno run -A examples/custom_reward.ts
 */
import { copyTree, initParams, openDevice, parseConfig } from "@tare/core";
import { loadTokenizer } from "@tare/data";
import { ppo } from "@tare/ppo";
import type { Episode, Reward } from "@tare/sampler";

/** Thanks are worth 1, once; every word costs a little. A call of a server, or of a model, would stand here as well. */
function score({ response }: Episode): number {
  const words = response.trim().split(" ");
  return (words.includes("thanks") ? 1 : 0) - 0.05 * words.length;
}
const politeness: Reward = Object.assign(
  (episodes: readonly Episode[]) => Promise.resolve(Float32Array.from(episodes, score)),
  { id: "politeness" }, // what the numbers are made from: another function has another id
);

// A model that knows twelve words and nothing else; yours comes from loadModel().
const words = ["</s>", "?", ..."Tea Milk yes no thanks please well so now then".split(" ").map((w) => ` ${w}`)];
const files: Record<string, unknown> = {
  "tokenizer.json": {
    model: { type: "WordLevel", vocab: Object.fromEntries(words.map((word, id) => [word, id])), unk_token: "?" },
    pre_tokenizer: { type: "Split", pattern: { Regex: " ?\\w+|." }, behavior: "Isolated" },
    decoder: { type: "Fuse" },
  },
  "tokenizer_config.json": { eos_token: "</s>" },
};
const tokenizer = await loadTokenizer({
  open: (name) => Promise.resolve(files[name] ? new Blob([JSON.stringify(files[name])]) : undefined),
});
using device = await openDevice({ device: "cpu", threads: 1 });
using _scope = device.scope();
const config = parseConfig({
  ...{ model_type: "llama", vocab_size: words.length, hidden_size: 32, intermediate_size: 64, eos_token_id: 0 },
  ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32, tie_word_embeddings: true },
});
const params = initParams(device, config, 1);

const run = ppo({
  policy: { device, model: { config, params } },
  reference: { device, model: { config, params: copyTree(params) } },
  ...{ reward: politeness, prompts: [" Tea?", " Milk?"].map((text) => ({ id: text, text })), tokenizer },
  config: {
    ...{ advantages: "rloo", iterations: 40, episodes: 32, samplesPerPrompt: 16, maxTokens: 8 },
    ...{ learningRate: 5e-3, klCoefficient: 0.01 },
  },
});
for await (const { iteration, metrics, episodes } of run) {
  if (iteration % 10 !== 0 && iteration !== 1) continue;
  const { prompt, response } = episodes[0]!;
  console.log(`${iteration}  reward ${metrics["objective/scores"]!.toFixed(2)}  ${prompt}${response}`);
}
