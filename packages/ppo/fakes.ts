/** What the tests of PPO share: a tiny transformer, a reward that can be seen, and a run to its end. */
import { copyTree, type Device, initParams, leaves, mapTree, type Model, type ModelConfig, mul } from "@tare/core";
import { saveState } from "@tare/core";
import type { Episode, Prompt, Reward } from "@tare/sampler";
import type { PpoConfig } from "./config.ts";
import { criticOf } from "./critic.ts";
import type { PpoStep } from "./step.ts";
import type { PpoOptions } from "./options.ts";

/** Two blocks, grouped heads, 17 tokens, tied; token 0 ends a response. */
export const tinyConfig: ModelConfig = {
  ...{ family: "qwen3", layers: 2, width: 8, heads: 2, kvHeads: 1, headDim: 4, hidden: 12, vocabulary: 17 },
  ...{ positions: 16, norm: "rms", normEps: 1e-6, activation: "swiglu", tied: true, headNorm: true },
  bias: { qkv: true, output: false, mlp: false },
  rope: { frequencies: [1, 0.1], attentionFactor: 1 },
  windows: [undefined, 3],
  tokens: { eos: [0] },
};

/** A fresh model, its parameters several times as large as usual, so that it has opinions. */
export function tinyModel(device: Device, seed = 1): Model {
  return { config: tinyConfig, params: mapTree(initParams(device, tinyConfig, seed), (tensor) => mul(tensor, 4)) };
}

/** Prompts of one to three tokens, all different. */
export const prompts: readonly Prompt[] = Array.from({ length: 10 }, (_, i) => ({
  id: `p${i}`,
  tokens: [1 + i, 16 - i, 3].slice(0, 1 + i % 3),
}));

/** Share of the tokens that are above 8. */
export const reward: Reward = Object.assign(
  (episodes: readonly Episode[]) =>
    Promise.resolve(Float32Array.from(episodes, ({ tokens }) => tokens.filter((id) => id > 8).length / tokens.length)),
  { id: "share of high tokens" },
);

/** Four iterations of two epochs of two minibatches, each in several micro-batches. */
export const settings: Partial<PpoConfig> = {
  ...{ iterations: 4, episodes: 8, maxTokens: 6, epochs: 2, minibatches: 2, microTokens: 20, seed: 3 },
  ...{ learningRate: 0.01, criticLearningRate: 0.02 },
};

/** Everything trained: policy, critic and reference are models of their own. */
export function fullOptions(
  device: Device,
  config: Partial<PpoConfig> = {},
): PpoOptions & { critic: NonNullable<PpoOptions["critic"]> } {
  const model = tinyModel(device);
  return {
    policy: { device, model },
    critic: criticOf({ device, model }),
    reference: { device, model: { ...model, params: copyTree(model.params) } },
    ...{ reward, prompts, config: { ...settings, ...config } },
  };
}

/** What a run came to, on the host. */
export interface Outcome {
  /** Every step but its state and its times. */
  readonly steps: Omit<PpoStep, "state">[];
  /** Parameters and moments after the last step. */
  readonly numbers: Float32Array[];
  /** Saved states, of each step. */
  readonly saved: Blob[];
}

/** Runs PPO to its end. */
export async function outcomeOf(device: Device, run: AsyncIterable<PpoStep>, save = false): Promise<Outcome> {
  const outcome: Outcome = { steps: [], numbers: [], saved: [] };
  for await (const { state, metrics, ...step } of run) {
    const repeatable = Object.entries(metrics).filter(([name]) => !name.startsWith("perf/"));
    outcome.steps.push({ ...step, metrics: Object.fromEntries(repeatable) });
    const learners = [state.policy, ...state.critic ? [state.critic] : []];
    const trees = learners.map(({ params, optimizer: { m, v } }) => ({ params, m, v }));
    outcome.numbers.splice(0, Infinity, ...await device.read(leaves(trees)) as Float32Array[]);
    if (save) outcome.saved.push(await new Response(saveState(state)).blob());
  }
  return outcome;
}
