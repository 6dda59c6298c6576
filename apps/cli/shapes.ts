/** Sizes of models that people know, for predictions and benchmarks. */
import type { ModelConfig, SpecialTokens } from "@tare/core";

type Sizes = [layers: number, width: number, heads: number, kvHeads: number, hidden: number, vocabulary: number];

const gpt5m = gpt2([4, 256, 8, 8, 1024, 4096]);

/** Configs by name. */
export const shapes: Readonly<Record<string, ModelConfig>> = {
  "gpt-5m": gpt5m,
  "SmolLM2-135M": rotary("llama", [30, 576, 9, 3, 1536, 49152]),
  "SmolLM2-360M": rotary("llama", [32, 960, 15, 5, 2560, 49152]),
  "Qwen2.5-0.5B": rotary("qwen2", [24, 896, 14, 2, 4864, 151936]),
  "Qwen2.5-1.5B": rotary("qwen2", [28, 1536, 12, 2, 8960, 151936]),
};

/** Names of {@linkcode sizes}. */
export type SizeName = "gpt-5m" | "d64" | "d96" | "d128";

/** Built-in sizes that training may begin with, from random weights. */
export const sizes: Readonly<Record<SizeName, ModelConfig>> = {
  "gpt-5m": gpt5m,
  d64: rotary("llama", [2, 64, 2, 2, 256, 4096], 1024),
  d96: rotary("llama", [2, 96, 3, 3, 384, 4096], 1024),
  d128: rotary("llama", [2, 128, 4, 4, 512, 4096], 1024),
};

/** A built-in size with the vocabulary and the special tokens of a tokenizer. */
export function sizedFor(
  size: SizeName,
  { vocabulary, bos, eos, ends }: { vocabulary: number; bos?: number; eos?: number; ends: readonly number[] },
): ModelConfig {
  const tokens: SpecialTokens = { bos, eos: ends.length > 0 ? ends : eos === undefined ? [] : [eos] };
  return { ...sizes[size], vocabulary, tokens };
}

function sized([layers, width, heads, kvHeads, hidden, vocabulary]: Sizes) {
  return {
    ...{ layers, width, heads, kvHeads, headDim: width / heads, hidden, vocabulary, tied: true, headNorm: false },
    ...{ windows: Array<undefined>(layers).fill(undefined), tokens: { eos: [0] } },
  };
}

function gpt2(sizes: Sizes): ModelConfig {
  return {
    ...sized(sizes),
    ...{ family: "gpt2", norm: "layer", normEps: 1e-5, activation: "gelu", positions: 1024 },
    bias: { qkv: true, output: true, mlp: true },
  };
}

function rotary(family: "llama" | "qwen2", sizes: Sizes, positions = 8192): ModelConfig {
  const base = sized(sizes);
  const frequencies = Array.from({ length: base.headDim / 2 }, (_, i) => 1e5 ** (-2 * i / base.headDim));
  return {
    ...base,
    ...{ family, norm: "rms", normEps: 1e-5, activation: "swiglu", positions },
    bias: { qkv: family === "qwen2", output: false, mlp: false },
    rope: { frequencies, attentionFactor: 1 },
  };
}
