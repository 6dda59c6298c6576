/**
 * The method on real text, without the command line: baselines, contrastive rewards and PPO on HH-RLHF's transcripts.
 *
 *     deno run -A examples/hh.ts harmless-base.jsonl.gz runs/sft runs/reward [--prompts 256] [--iterations 20] [--max-tokens 64]
 *
 * Both models are folders with a checkpoint and the same tokenizer, such as `tare sft` and `tare reward` leave.
 */
import { parseArgs } from "@std/cli";
import { baselineTable, betweenPromptShare, contrast, promiseOf, withinPromptDeviation } from "@tare/contrastive";
import { copyTree, loadModel, openDevice } from "@tare/core";
import { encodePrompt, loadTokenizer, parsePreference, readExamples, readJsonl } from "@tare/data";
import { modelReward } from "@tare/finetune";
import { criticOf, ppo } from "@tare/ppo";
import { type BaselinePrompt, localSampler, sampleBaselines } from "@tare/sampler";

const flags = parseArgs(Deno.args, {
  string: ["prompts", "iterations", "max-tokens"],
  default: { prompts: "256", iterations: "20", "max-tokens": "64" },
});
const [file, sftFolder, rewardFolder] = flags._.map(String);
if (rewardFolder === undefined) {
  console.error("Usage: hh.ts FILE SFT_FOLDER REWARD_FOLDER [--prompts N] [--iterations N] [--max-tokens N]");
  Deno.exit(2);
}
const [count, iterations, maxTokens] = [flags.prompts, flags.iterations, flags["max-tokens"]].map(Number);
const folder = (path: string) => ({
  open: (name: string) => Deno.readFile(`${path}/${name}`).then((bytes) => new Blob([bytes]), () => undefined),
});

// 1. Models. The reference is what the policy was; nobody trains the reward model.
using device = await openDevice();
using _scope = device.scope();
const [sft, rewardFiles] = [folder(sftFolder!), folder(rewardFolder)];
const [tokenizer, model, judge] = [
  await loadTokenizer(sft),
  await loadModel(device, sft),
  await loadModel(device, rewardFiles),
];
const { config } = model;
if (!judge.score) throw new TypeError(`Expected a reward model in ${rewardFolder} but found one without a score`);
const reward = modelReward({ device, model: { ...judge, score: judge.score }, id: rewardFolder });
const reference = { device, model: { config, params: copyTree(model.params) } };

// 2. Prompts: a conversation up to the last answer. Too long: the oldest turns go.
const rows = readExamples(readJsonl((await Deno.open(file!)).readable, { file: file! }), parsePreference);
const prompts = new Map<string, BaselinePrompt>();
for await (const row of rows) {
  const tokens = encodePrompt(tokenizer, row, { context: Math.min(512, config.positions) - maxTokens! });
  if (!("skip" in tokens)) prompts.set(row.prompt, { id: `${prompts.size}`, text: row.prompt, tokens });
  if (prompts.size === count) break;
}

// 3. Offline: five responses of the policy to each prompt, and their rewards.
const sampler = localSampler({ device, config, params: model.params, tokenizer, id: sftFolder });
const asked = [...prompts.values()];
const options = { k: 5, maxTokens, seed: 7 };
const table = await baselineTable(sampleBaselines({ sampler, reward, prompts: asked, ...options }));
const spread = betweenPromptShare(table);
console.log(spread.measurable ? promiseOf(spread.share) : spread.why);

// 4. PPO learns from the difference.
const run = ppo({
  ...{ policy: { device, model }, reference, critic: criticOf(reference), tokenizer, prompts: asked },
  reward: contrast(reward, table),
  config: {
    ...{ iterations, episodes: 32, epochs: 2, maxTokens, seed: 7, rewardScale: 1 / withinPromptDeviation(table) },
    ...{ learningRate: 1e-4, criticLearningRate: 3e-4 },
  },
});
for await (const { iteration, metrics, alarms, episodes: [first] } of run) {
  const { "objective/scores": score, "objective/kl": kl } = metrics;
  console.log(`ppo ${iteration}/${iterations}  r − b ${score!.toFixed(3)}  KL ${kl!.toFixed(2)}`);
  console.log(first!.response.replaceAll(/\s+/g, " ").slice(0, 100));
  for (const alarm of alarms) console.log(alarm);
}
