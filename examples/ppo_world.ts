/**
 * PPO where the truth is known: a small model learns the preference world from demonstrations, then from its gold score.
 *
 *     deno run -A examples/ppo_world.ts [--iterations 20]
 */
import { parseArgs } from "@std/cli";
import { copyTree, initParams, openDevice, parseConfig } from "@tare/core";
import { encodeDemonstration, loadTokenizer } from "@tare/data";
import { createWorld, gold, worldTokenizer } from "@tare/data/world";
import { sft } from "@tare/finetune";
import { criticOf, ppo } from "@tare/ppo";
import type { Episode } from "@tare/sampler";

const iterations = Number(parseArgs(Deno.args, { string: ["iterations"], default: { iterations: "20" } }).iterations);
const files: Readonly<Record<string, string>> = worldTokenizer();
const tokenizer = await loadTokenizer({
  open: (name) => Promise.resolve(files[name] === undefined ? undefined : new Blob([files[name]])),
});
const world = createWorld({ seed: 7 });

using device = await openDevice({ device: "cpu" });
using _scope = device.scope();
const config = parseConfig({
  ...{ model_type: "llama", vocab_size: tokenizer.vocabulary, hidden_size: 64, intermediate_size: 256 },
  ...{ num_hidden_layers: 2, num_attention_heads: 2, max_position_embeddings: 128, tie_word_embeddings: true },
  eos_token_id: tokenizer.eos,
});
const model = { config, params: initParams(device, config, 7) };

// 1. Fine-tuning: demonstrations of mixed quality.
const train = world.demonstrations(600).flatMap((row) => {
  const sequence = encodeDemonstration(tokenizer, row, { context: 96 });
  return "skip" in sequence ? [] : [sequence];
});
for await (
  const { step, steps, metrics } of sft({ device, model, train, config: { batch: 16, learningRate: 4e-3, epochs: 4 } })
) {
  if (step % 50 === 0 || step === steps) console.log(`sft ${step}/${steps}  loss ${metrics.loss!.toFixed(3)}`);
}

// 2. PPO: the policy is held near to a copy of what it was; the critic begins as one that expects nothing.
const reference = { device, model: { config, params: copyTree(model.params) } };
const reward = Object.assign(
  (episodes: readonly Episode[]) =>
    Promise.resolve(Float32Array.from(episodes, ({ prompt, response }) => gold(prompt, response))),
  { id: "gold" },
);
const run = ppo({
  ...{ policy: { device, model }, reference, critic: criticOf(reference), reward, tokenizer },
  prompts: world.prompts(256).map(({ prompt, id }) => ({ id: id!, text: prompt as string })),
  config: {
    ...{ iterations, episodes: 64, maxTokens: 40, epochs: 2, minibatches: 2, learningRate: 1e-3 },
    ...{ criticLearningRate: 2e-3, klCoefficient: 0.02, rewardScale: 4, seed: 7 },
  },
});
for await (const { iteration, metrics, alarms } of run) {
  const { "objective/scores": score, "objective/kl": kl, eos_rate, response_length } = metrics;
  console.log(
    `ppo ${iteration}/${iterations}  gold ${score!.toFixed(3)}  KL ${kl!.toFixed(2)}  ` +
      `ends ${eos_rate!.toFixed(2)}  tokens ${response_length!.toFixed(1)}`,
  );
  for (const alarm of alarms) console.log(alarm);
}
