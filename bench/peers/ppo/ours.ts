/** One iteration of our trainer at a time. */
import { type Device, forward, score, tokenBatch } from "@tare/core";
import { type Placed, ppo, type PpoStep } from "@tare/ppo";
import type { Episode, Reward } from "@tare/sampler";
import { epochs, learningRate, type Models, newTokens, prompts } from "./workload.ts";

/** Does one iteration. */
export type Iteration = () => Promise<PpoStep>;

/** Begins a run that goes on for as long as it is asked. */
export function ourIterations(device: Device, { policy, reference, critic, reward }: Models): Iteration {
  const place = (model: Placed["model"]): Placed => ({ device, model });
  const run = ppo({
    ...{ policy: place(policy), reference: place(reference), critic: place(critic) },
    reward: rewardOf(device, reward),
    prompts: prompts.map((tokens, i) => ({ id: `${i}`, tokens })),
    config: {
      ...{ iterations: 1e6, episodes: prompts.length, maxTokens: newTokens, epochs, microTokens: 4096 },
      ...{ learningRate, criticLearningRate: learningRate },
    },
  });
  return async () => (await run.next()).value as PpoStep;
}

/** Scores all episodes in one pass. */
function rewardOf(device: Device, { config, params, score: head }: Models["reward"]): Reward<Episode> {
  const scores = (episodes: readonly Episode[]) => {
    using _scope = device.scope();
    const sequences = episodes.map(({ promptTokens, tokens }) => Uint32Array.of(...promptTokens, ...tokens));
    let end = -1;
    const wanted = device.tensor(Uint32Array.from(sequences, ({ length }) => end += length));
    return score(head, forward(params, config, tokenBatch(device, config, sequences), { wanted })).data();
  };
  return Object.assign(scores, { id: "random" });
}
