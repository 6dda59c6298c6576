/** The whole method in one page, without its packages: offline samples, r − b, PPO's clipped loss. The reward must rise. */
import { assertGreater } from "@std/assert";
import {
  adamw,
  clamp,
  exp,
  forward,
  gatherRows,
  initParams,
  mean,
  minimum,
  mul,
  openDevice,
  type Params,
  parseConfig,
  predictions,
  sub,
  tokenBatch,
  tokenLogProb,
  valueAndGrad,
} from "@tare/core";
import { type Completion, localSampler } from "@tare/sampler";

const config = parseConfig({
  ...{ model_type: "llama", vocab_size: 8, hidden_size: 32, intermediate_size: 64, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 16, tie_word_embeddings: true },
});
const prompts = Array.from({ length: 8 }, (_, token) => ({ id: `${token}`, tokens: [token] }));
const average = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Share of tokens that repeat the prompt: what the policy is to learn. */
const reward = ({ promptTokens, tokens }: Completion) => average([...tokens].map((t) => t === promptTokens[0] ? 1 : 0));

Deno.test("PPO on contrastive rewards raises the reward", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _all = device.scope();
  const params = initParams(device, config, 1);
  const sampler = localSampler({ device, config, params, slots: 64 });
  const sample = (stage: number) =>
    Array.fromAsync(sampler.sample(prompts, { n: 8, minTokens: 6, maxTokens: 6, seed: 7, stage }));
  const offline = Map.groupBy(await sample(0), ({ promptId }) => promptId);
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  const history: number[] = [];
  for (let iteration = 1; iteration <= 40; iteration++) {
    using _iteration = device.scope();
    const episodes = await sample(iteration);
    const rewards = episodes.map(reward);
    history.push(average(rewards));
    const contrastive = episodes.map(({ promptId }, i) => rewards[i]! - average(offline.get(promptId)!.map(reward)));
    const advantage = device.tensor(episodes.flatMap(({ tokens }, i) => Array(tokens.length).fill(contrastive[i])));
    const old = device.tensor(episodes.flatMap(({ logProbs }) => [...logProbs]));
    const sequences = episodes.map(({ promptTokens, tokens }) => [...promptTokens, ...tokens]);
    const batch = tokenBatch(device, config, sequences);
    const { rows, targets } = predictions(device, sequences, episodes.map(({ promptTokens }) => promptTokens.length));
    for (let epoch = 0; epoch < 2; epoch++) {
      const { grads } = valueAndGrad((p: Params) => {
        const { logProb } = tokenLogProb(p, gatherRows(forward(p, config, batch), rows), targets);
        const ratio = exp(sub(logProb, old));
        return mul(mean(minimum(mul(ratio, advantage), mul(clamp(ratio, 0.8, 1.2), advantage))), -1);
      }, params);
      optimizer.update(params, grads, state, { learningRate: 1e-2 });
    }
  }
  assertGreater(average(history.slice(-5)), average(history.slice(0, 5)) + 0.3);
});
