/** Baselines of zero change nothing: contrastive PPO is plain PPO, through the whole chain from sampling to weights. */
import { copyTree, type Device, initParams, leaves, mapTree, mul, parseConfig } from "@tare/core";
import { eachDevice } from "@tare/core/testing";
import { type BaselineTable, baselineTable, contrast, zeroTable } from "@tare/contrastive";
import { criticOf, ppo, type PpoConfig } from "@tare/ppo";
import { type Episode, localSampler, type Reward, sampleBaselines } from "@tare/sampler";
import { assert, assertEquals } from "@std/assert";

const modelConfig = parseConfig({
  ...{ model_type: "llama", vocab_size: 17, hidden_size: 8, intermediate_size: 12, num_hidden_layers: 1 },
  ...{ num_attention_heads: 2, max_position_embeddings: 16, eos_token_id: 0, tie_word_embeddings: true },
});
const prompts = Array.from({ length: 6 }, (_, i) => ({ id: `p${i}`, text: `prompt ${i}`, tokens: [1 + i, 3] }));

/** What is said, and an offset of the prompt that no response can change. */
const reward: Reward = Object.assign(
  (episodes: readonly Episode[]) =>
    Promise.resolve(
      Float32Array.from(episodes, ({ promptTokens, tokens }) =>
        promptTokens[0]! + tokens.filter((id) => id > 8).length / tokens.length),
    ),
  { id: "high tokens" },
);

/** Everything that a reward's last bit would show in. */
const settings: Partial<PpoConfig> = {
  ...{ iterations: 2, episodes: 8, maxTokens: 5, minibatches: 2, epochs: 2, seed: 3 },
  ...{ learningRate: 0.01, criticLearningRate: 0.02, rewardScale: "running", rewardClip: 3, missingEosPenalty: 0.5 },
};

function model(device: Device) {
  return {
    config: modelConfig,
    params: mapTree(initParams(device, modelConfig, 1), (tensor) => mul(tensor, 4)),
  };
}

/** Metrics but times, episodes and weights of a run. */
async function outcomeOf(device: Device, reward: Reward, config: Partial<PpoConfig>) {
  using _scope = device.scope();
  const policy = { device, model: model(device) };
  const reference = { device, model: { ...policy.model, params: copyTree(policy.model.params) } };
  const critic = config.advantages === "rloo" ? undefined : criticOf(reference);
  const steps = [];
  for await (const { metrics, episodes } of ppo({ policy, reference, critic, reward, prompts, config })) {
    steps.push({ episodes, metrics: Object.entries(metrics).filter(([name]) => !name.startsWith("perf/")) });
  }
  const trained = [policy.model.params, ...critic ? [critic.model.params, critic.model.score!] : []];
  return { steps, weights: await device.read(trained.flatMap((tree) => leaves(tree))) };
}

/** Baselines as they are sampled, of the policy that training begins from. */
async function sampledTable(device: Device): Promise<BaselineTable> {
  using _scope = device.scope();
  const sampler = localSampler({ device, ...model(device), id: "policy" });
  return await baselineTable(sampleBaselines({ sampler, reward, prompts, k: 3, maxTokens: 5, seed: 3 }));
}

await eachDevice(
  Deno.test,
  "PPO with a table of zeros, or with baseline none, equals plain PPO bit for bit; with the real table it does not",
  async (device) => {
    const table = await sampledTable(device);
    const zeros = contrast(reward, await zeroTable(table));
    const none = contrast(reward, table, { baseline: "none" });
    const plain = await outcomeOf(device, reward, settings);
    for (const arm of [zeros, none]) assertEquals(await outcomeOf(device, arm, settings), plain);
    const rloo = { ...settings, iterations: 1, advantages: "rloo", samplesPerPrompt: 2 } as const;
    assertEquals(await outcomeOf(device, zeros, rloo), await outcomeOf(device, reward, rloo));
    const real = await outcomeOf(device, contrast(reward, table), settings);
    const scores = ({ steps: [first] }: typeof real) => first!.episodes.map(({ score }) => score);
    assert(scores(real).every((score, i) => score !== scores(plain)[i]));
    assert(real.weights.some((weights, i) => weights.some((x, j) => x !== plain.weights[i]![j])));
  },
);
