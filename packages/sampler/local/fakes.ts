/** What the sampler's tests share: a tiny transformer whose distributions are far from uniform, and tokenizers. */
import { type Device, initParams, mapTree, type ModelConfig, mul, type Params } from "@tare/core";
import type { Tokenizer } from "@tare/data";

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
