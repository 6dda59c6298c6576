/** What the sampler's tests share: a tiny transformer whose distributions are far from uniform, and tokenizers. */
import { type Device, initParams, mapTree, type ModelConfig, mul, type Params } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { Completion, Prompt, SampleOptions } from "../sampler.ts";
import { type LocalSampler, localSampler, type LocalSamplerOptions } from "./sampler.ts";

/** Two blocks, grouped heads, a window in the second one, 29 tokens; 0 ends. */
export const tinyConfig: ModelConfig = {
  ...{ family: "qwen3", layers: 2, width: 16, heads: 4, kvHeads: 2, headDim: 6, hidden: 24, vocabulary: 29 },
  ...{ positions: 64, norm: "rms", normEps: 1e-6, activation: "swiglu", tied: true, headNorm: true },
  bias: { qkv: true, output: false, mlp: false },
  rope: { frequencies: [1, 0.1, 0.01], attentionFactor: 1 },
  windows: [undefined, 3],
  tokens: { eos: [0] },
};

/** The same with learned positions and biases. */
export const tinyGpt2: ModelConfig = {
  ...tinyConfig,
  ...{ family: "gpt2", kvHeads: 4, norm: "layer", activation: "gelu", headNorm: false, rope: undefined },
  bias: { qkv: true, output: true, mlp: true },
  windows: [undefined, undefined],
};

/** Random parameters, several times as large as fresh ones. */
export function loudParams(device: Device, config: ModelConfig, seed = 1): Params {
  return mapTree(initParams(device, config, seed), (tensor) => mul(tensor, 6));
}

/** Token t is one character: nothing for 0, then a to z, then a space and a line break. */
export const letters: Tokenizer = fakeTokenizer(
  (ids) => ids.map((id) => " abcdefghijklmnopqrstuvwxyz \n"[id]).join(""),
  29,
);

/** Token t is byte t; 0 ends. */
export const bytes: Tokenizer = fakeTokenizer((ids) => new TextDecoder().decode(Uint8Array.from(ids)), 256);

function fakeTokenizer(textOf: (ids: number[]) => string, vocabulary: number): Tokenizer {
  const encode = (text: string) =>
    vocabulary === 256
      ? [...new TextEncoder().encode(text)]
      : [...text].map((letter) => " abcdefghijklmnopqrstuvwxyz \n".indexOf(letter, 1));
  return {
    ...{ vocabulary, eos: 0, ends: [0], templateHash: "", encode, encodeCompletion: encode },
    decode: (ids) => textOf(Array.from(ids).filter((id) => id !== 0)),
    renderChat: (messages) => messages.map(({ content }) => content).join("\n"),
  };
}

/** Prompts of several lengths, two of which begin alike. */
export const prompts: readonly Prompt[] = [[3, 14, 15, 9], [26], [5, 3, 5, 8, 9, 7, 9], [3, 14, 15, 10], [1, 2]].map((
  tokens,
  i,
) => ({ id: `p${i}`, tokens }));

/** A sampler of a tiny transformer. */
export function tiny(device: Device, options: Partial<LocalSamplerOptions> = {}): LocalSampler {
  const config = options.config ?? tinyConfig;
  const params = options.params ?? loudParams(device, config);
  return localSampler({ device, config, tokenizer: letters, ...options, params });
}

/** Every completion, by prompt and index. */
export async function drawAll(
  sampler: LocalSampler,
  some: readonly Prompt[],
  options: SampleOptions,
): Promise<Completion[]> {
  const completions = await Array.fromAsync(sampler.sample(some, options));
  return completions.toSorted((a, b) => a.promptId.localeCompare(b.promptId) || a.index - b.index);
}
