/**
 * The reference workload, gpt-5m: a GPT-2-shaped transformer (LayerNorm, learned positions, GELU's tanh form, biases,
 * tied embedding), what it is trained on and how it is decoded. Every peer gets the same weights and tokens.
 */
import type { ModelConfig } from "@tare/core";
import { integers } from "../data.ts";

/** The model: 4.2 million parameters. */
export const config: ModelConfig = {
  ...{ family: "gpt2", layers: 4, width: 256, heads: 8, kvHeads: 8, headDim: 32, hidden: 1024, vocabulary: 4096 },
  ...{ positions: 128, norm: "layer", normEps: 1e-5, activation: "gelu", tied: true, headNorm: false },
  bias: { qkv: true, output: true, mlp: true },
  windows: [undefined, undefined, undefined, undefined],
  tokens: { eos: [] },
};

/** A training batch: sequences and, for each token, the next one. */
export interface Batch {
  readonly tokens: readonly (readonly number[])[];
  readonly targets: readonly (readonly number[])[];
}

/** 16 sequences of 128 random tokens. */
export const batch: Batch = makeBatch(16, config.positions);

/** AdamW's constants. */
export const adamwOptions = { learningRate: 1e-3, betas: [0.9, 0.95], eps: 1e-8 } as const;

/** 32 prompts of 32 tokens. */
export const prompts: readonly (readonly number[])[] = Array.from({ length: 32 }, () => tokens(32));

/** Tokens to add to a prompt. */
export const newTokens = 96;

function makeBatch(sequences: number, length: number): Batch {
  const rows = Array.from({ length: sequences }, () => tokens(length + 1));
  return { tokens: rows.map((row) => row.slice(0, -1)), targets: rows.map((row) => row.slice(1)) };
}

function tokens(n: number): number[] {
  return [...integers(n, config.vocabulary)];
}
