/** Decoding with ours: the sampler that everybody uses, packing of the weights and look-ups of log-probabilities included. */
import type { Device, Params } from "@tare/core";
import { localSampler } from "@tare/sampler";
import { config } from "./workload.ts";

/** Adds the most likely tokens to prompts of one length. */
export type Decode = (prompts: readonly (readonly number[])[], newTokens: number) => Promise<number[][]>;

/** Decodes with a cache on a device. */
export function ourDecoder(device: Device, params: Params): Decode {
  const sampler = localSampler({ device, config, params });
  return async (prompts, newTokens) => {
    const named = prompts.map((tokens, i) => ({ id: `${i}`, text: "", tokens }));
    const out: number[][] = prompts.map(() => []);
    for await (const { promptId, tokens } of sampler.sample(named, { maxTokens: newTokens, temperature: 0 })) {
      out[Number(promptId)] = [...tokens];
    }
    return out;
  };
}
