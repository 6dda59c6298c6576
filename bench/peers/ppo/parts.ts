/**
 * The parts of an iteration alone: what the engine takes for the same work when nothing joins it. Batches are on the device
 * beforehand, and nobody computes rewards, advantages or statistics.
 */
import {
  adamw,
  clamp,
  type Device,
  exp,
  forward,
  maximum,
  mean,
  minimum,
  mul,
  type Params,
  predictions,
  score,
  type ScoreHead,
  sub,
  type Tensor,
  tokenBatch,
  tokenLogProb,
  type Tree,
  valueAndGrad,
} from "@tare/core";
import { localSampler } from "@tare/sampler";
import { config, epochs, learningRate, type Models, newTokens, prompts } from "./workload.ts";

/** The parts, by name. */
export interface Parts {
  readonly rollout: () => Promise<void>;
  readonly score: () => Promise<void>;
  readonly update: () => Promise<void>;
}

/** Makes the parts. */
export function bareParts(device: Device, { policy, reference, critic, reward }: Models): Parts {
  const sampler = localSampler({ device, config, params: policy.params });
  const sequences = prompts.map((
    tokens,
    i,
  ) => [...tokens, ...Array(newTokens).keys().map((t) => (37 * i + 11 * t) % 4096)]);
  const batch = tokenBatch(device, config, sequences);
  const { rows, targets } = predictions(device, sequences, prompts.map(({ length }) => length));
  const last = device.tensor(Uint32Array.from(sequences, (_, i) => (i + 1) * sequences[0]!.length - 1));
  const count = prompts.length * newTokens;
  const [old, advantages] = [device.full([count], -Math.log(config.vocabulary)), device.full([count], 0.1)];
  const [values, returns] = [device.full([count], 0), device.full([count], 0.1)];
  const hidden = (params: Params, wanted: Tensor) => forward(params, config, batch, { wanted });
  const policyLoss = (params: Params) => {
    const ratio = exp(sub(tokenLogProb(params, hidden(params, rows), targets).logProb, old));
    return mul(mean(minimum(mul(ratio, advantages), mul(clamp(ratio, 0.8, 1.2), advantages))), -1);
  };
  const criticLoss = ({ params, head }: { params: Params; head: ScoreHead }) => {
    const found = score(head, hidden(params, rows));
    const moved = sub(clamp(sub(found, values), -0.2, 0.2), returns);
    const error = sub(found, returns);
    return mul(mean(maximum(mul(error, error), mul(moved, moved))), 0.5);
  };
  const learnPolicy = learner(policy.params, policyLoss);
  const learnCritic = learner({ params: critic.params, head: critic.score }, criticLoss);
  return {
    async rollout() {
      const asked = prompts.map((tokens, i) => ({ id: `${i}`, tokens }));
      for await (const _ of sampler.sample(asked, { maxTokens: newTokens }));
    },
    async score() {
      using _scope = device.scope();
      await device.read([
        tokenLogProb(reference.params, hidden(reference.params, rows), targets).logProb,
        score(critic.score, hidden(critic.params, rows)),
        score(reward.score, hidden(reward.params, last)),
      ]);
    },
    async update() {
      for (let epoch = 0; epoch < epochs; epoch++) {
        using _scope = device.scope();
        await device.read([...learnPolicy(), ...learnCritic()]);
      }
    },
  };
}

/** Updates of one tree; gives the loss and the gradient's norm. */
function learner<P extends Tree<P>>(params: P, loss: (params: P) => Tensor): () => Tensor<"f32">[] {
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  return () => {
    const { value, grads } = valueAndGrad(loss, params);
    return [value, optimizer.update(params, grads, state, { learningRate }).gradNorm];
  };
}
