/** The whole method in one page, on the engine alone: offline samples, r − b, PPO's clipped loss. The reward must rise. */
import { assertGreater } from "@std/assert";
import {
  adamw,
  clamp,
  type Device,
  exp,
  forward,
  gatherRows,
  initParams,
  logits,
  mean,
  minimum,
  type ModelConfig,
  mul,
  openDevice,
  type Params,
  philox,
  predictions,
  sub,
  tokenBatch,
  tokenLogProb,
  toUniform,
  valueAndGrad,
} from "@tare/core";

const config: ModelConfig = {
  ...{ family: "llama", layers: 2, width: 32, heads: 4, kvHeads: 2, headDim: 8, hidden: 64, vocabulary: 8 },
  ...{ positions: 16, norm: "rms", normEps: 1e-5, activation: "swiglu", tied: true, headNorm: false },
  bias: { qkv: false, output: false, mlp: false },
  rope: { frequencies: [1, 0.1, 0.01, 0.001], attentionFactor: 1 },
  windows: [undefined, undefined],
  tokens: { eos: [] },
};
const length = 6;

/** Share of tokens that repeat the prompt: what the policy is to learn. */
const reward = ([prompt, ...response]: number[]) => response.filter((token) => token === prompt).length / length;
const average = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

async function sample(device: Device, params: Params, prompts: number[], seed: number): Promise<number[][]> {
  let sequences = prompts.map((prompt) => [prompt]);
  for (let position = 0; position < length; position++) {
    using _scope = device.scope();
    const hidden = forward(params, config, tokenBatch(device, config, sequences));
    const last = device.tensor(Uint32Array.from(sequences, (_, i) => (i + 1) * (position + 1) - 1));
    const scores = await logits(params, gatherRows(hidden, last)).data();
    sequences = sequences.map((sequence, i) => {
      const weights = scores.slice(i * config.vocabulary, (i + 1) * config.vocabulary).map(Math.exp);
      let left = toUniform(philox([seed, 0], [i, 0, 0, position])[0]) * weights.reduce((a, b) => a + b);
      return [...sequence, weights.findIndex((weight) => (left -= weight) < 0)];
    });
  }
  return sequences;
}

Deno.test("PPO on contrastive rewards raises the reward", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _all = device.scope();
  const params = initParams(device, config, 1);
  const prompts = Array.from({ length: 64 }, (_, i) => i % config.vocabulary);
  const offline = await sample(device, params, prompts, 0);
  const baseline = prompts.map((x) => average(offline.filter(([prompt]) => prompt === x).map(reward)));
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  const history: number[] = [];
  for (let iteration = 1; iteration <= 40; iteration++) {
    using _iteration = device.scope();
    const episodes = await sample(device, params, prompts, iteration);
    history.push(average(episodes.map(reward)));
    const advantages = episodes.flatMap((e, i) => Array(length).fill(reward(e) - baseline[i]!));
    const batch = tokenBatch(device, config, episodes);
    const { rows, targets } = predictions(device, episodes);
    const logProbs = (p: Params) => tokenLogProb(p, gatherRows(forward(p, config, batch), rows), targets).logProb;
    const [old, advantage] = [logProbs(params), device.tensor(advantages)];
    for (let epoch = 0; epoch < 2; epoch++) {
      const { grads } = valueAndGrad((p: Params) => {
        const ratio = exp(sub(logProbs(p), old));
        return mul(mean(minimum(mul(ratio, advantage), mul(clamp(ratio, 0.8, 1.2), advantage))), -1);
      }, params);
      optimizer.update(params, grads, state, { learningRate: 1e-2 });
    }
  }
  assertGreater(average(history.slice(-5)), average(history.slice(0, 5)) + 0.3);
});
