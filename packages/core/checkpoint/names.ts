/** What Hugging Face's checkpoints call the parts of each family. */
import type { ModelFamily } from "../nn/config.ts";
import type { LinearName } from "../nn/params.ts";

/** What a family calls things. */
export interface Names {
  /** In front of everything but the heads. */
  readonly prefix: string;
  readonly embedding: string;
  readonly positions?: string;
  readonly blocks: string;
  readonly norm: string;
  /** Norms of a block. */
  readonly norms: Readonly<Record<string, string>>;
  /** Linear layers of a block, and which ones of the tree each holds. */
  readonly linears: Readonly<Record<string, readonly LinearName[]>>;
  /** Whether linear layers are stored as [in, out]. */
  readonly transposed: boolean;
}

const llama: Names = {
  ...{ prefix: "model.", embedding: "embed_tokens", blocks: "layers", norm: "norm", transposed: false },
  norms: {
    "input_layernorm": "attentionNorm",
    "self_attn.q_norm": "queryNorm",
    "self_attn.k_norm": "keyNorm",
    "post_attention_layernorm": "mlpNorm",
  },
  linears: {
    "self_attn.q_proj": ["query"],
    "self_attn.k_proj": ["key"],
    "self_attn.v_proj": ["value"],
    "self_attn.o_proj": ["output"],
    "mlp.gate_proj": ["gate"],
    "mlp.up_proj": ["up"],
    "mlp.down_proj": ["down"],
  },
};

const gpt2: Names = {
  ...{ prefix: "transformer.", embedding: "wte", positions: "wpe", blocks: "h", norm: "ln_f", transposed: true },
  norms: { "ln_1": "attentionNorm", "ln_2": "mlpNorm" },
  linears: {
    "attn.c_attn": ["query", "key", "value"],
    "attn.c_proj": ["output"],
    "mlp.c_fc": ["up"],
    "mlp.c_proj": ["down"],
  },
};

/** Names of each family. */
export const families: Readonly<Record<ModelFamily, Names>> = {
  gpt2,
  llama,
  mistral: llama,
  qwen2: llama,
  qwen3: llama,
};
