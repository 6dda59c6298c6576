/** What a decoder-only transformer is made of, whatever family it comes from. */

/** Families that checkpoints may come from: `model_type` of Hugging Face's `config.json`. */
export type ModelFamily = "gpt2" | "llama" | "mistral" | "qwen2" | "qwen3";

/** How positions turn queries and keys. */
export interface RopeConfig {
  /** Radians a position for each of the headDim/2 pairs; scaled variants have stretched them already. */
  readonly frequencies: readonly number[];
  /** Factor on every cosine and sine, as YaRN has it; 1 otherwise. */
  readonly attentionFactor: number;
  /** Base of the wavelengths before scaling, for `config.json`; if absent the frequencies are plain powers of one. */
  readonly theta?: number;
  /** What `config.json` calls `rope_scaling`, if anything. */
  readonly scaling?: Readonly<Record<string, number | string | boolean>>;
}

/** Ids that a model gives a meaning. */
export interface SpecialTokens {
  /** Begins a text. */
  readonly bos?: number;
  /** Each of them ends a text. */
  readonly eos: readonly number[];
  /** Fills batches of those who pad; Tare does not. */
  readonly pad?: number;
}

/** A decoder-only transformer: sizes and variants. Made from a `config.json` by `parseConfig`. */
export interface ModelConfig {
  /** Where it comes from; decides the names in checkpoints. */
  readonly family: ModelFamily;
  /** Number of blocks. */
  readonly layers: number;
  /** Width of the residual stream. */
  readonly width: number;
  /** Query heads. */
  readonly heads: number;
  /** Key and value heads. */
  readonly kvHeads: number;
  /** Width of a head; heads · headDim need not be the width. */
  readonly headDim: number;
  /** Width between the MLP's matrices. */
  readonly hidden: number;
  /** Rows of the embedding. */
  readonly vocabulary: number;
  /** Longest sequence that the model was made for, in tokens. */
  readonly positions: number;
  /** LayerNorm with bias, or RMSNorm. */
  readonly norm: "layer" | "rms";
  /** What the norms add to the variance. */
  readonly normEps: number;
  /** GELU (its tanh form) between two matrices, or SwiGLU between three. */
  readonly activation: "gelu" | "swiglu";
  /** Whether the output matrix is the embedding. */
  readonly tied: boolean;
  /** Which linear layers have a bias. */
  readonly bias: { readonly qkv: boolean; readonly output: boolean; readonly mlp: boolean };
  /** Whether queries and keys are RMS-normed head by head. */
  readonly headNorm: boolean;
  /** Rotary positions; learned ones if absent. */
  readonly rope?: RopeConfig;
  /** How many keys a query sees at most, for each layer; `undefined` for all of them. */
  readonly windows: readonly (number | undefined)[];
  /** Special ids. */
  readonly tokens: SpecialTokens;
}
