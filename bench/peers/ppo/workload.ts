/** One iteration of PPO as TRL and we do it: gpt-5m four times, 32 prompts of 32 tokens, 96 new ones, 4 epochs. */
import { type Device, initParams, initScoreHead, type Model, saveModel, type ScoreHead } from "@tare/core";
import { config, newTokens, prompts } from "../model/workload.ts";

export { config, newTokens, prompts };

/** How often an iteration's episodes are learned from; one update each. */
export const epochs = 4;

/** Of policy and critic. */
export const learningRate = 1e-5;

/** The models of a run, each with tensors of its own. */
export interface Models {
  readonly policy: Model;
  readonly reference: Model;
  readonly critic: Model & { readonly score: ScoreHead };
  readonly reward: Model & { readonly score: ScoreHead };
}

/** Makes the models: one transformer, a critic that expects nothing and a reward model of random opinions. */
export function makeModels(device: Device): Models {
  const model = () => ({ config, params: initParams(device, config, 1) });
  return {
    policy: model(),
    reference: model(),
    critic: { ...model(), score: initScoreHead(device, config) },
    reward: { ...model(), score: initScoreHead(device, config, 3) },
  };
}

/** Writes the models and the sizes to a folder, as `trl_peer.py` reads them. */
export async function writeWorkload(folder: string, { policy, critic, reward }: Models): Promise<void> {
  for (const [name, model] of Object.entries({ policy, critic, reward })) {
    await Deno.mkdir(`${folder}/${name}`);
    for (const file of saveModel(model)) await Deno.writeFile(`${folder}/${name}/${file.name}`, file.bytes);
  }
  const sizes = { vocabulary: config.vocabulary, prompts, newTokens, epochs, learningRate };
  await Deno.writeTextFile(`${folder}/workload.json`, JSON.stringify(sizes));
}
