/** What differs among the families that descend from Llama. */
import type { ModelConfig, ModelFamily, SpecialTokens } from "./config.ts";
import { field, type Json, optionalField, refusal } from "./json_fields.ts";

/** One family. */
export interface Variant {
  /** Defaults of fields that older files lack; `kvHeads` stands for all heads where absent. */
  readonly absent: {
    readonly positions: number;
    readonly kvHeads?: number;
    readonly headDim?: number;
    readonly tokens: SpecialTokens;
  };
  /** Which linear layers have a bias. */
  readonly bias: (json: Json) => ModelConfig["bias"];
  /** Whether queries and keys are normed. */
  readonly headNorm: boolean;
  /** How many keys a query of each layer sees. */
  readonly windows: (json: Json, layers: number) => ModelConfig["windows"];
}

/** Every query sees all keys before it. */
export const fullAttention = (_: Json, layers: number): ModelConfig["windows"] =>
  new Array<undefined>(layers).fill(undefined);
const attentionBias = (json: Json) => field(json, "attention_bias", "flag", false);

/** The families. */
export const variants: Readonly<Record<Exclude<ModelFamily, "gpt2">, Variant>> = {
  llama: {
    absent: { positions: 2048, tokens: { bos: 1, eos: [2] } },
    bias: (json) => {
      const attention = attentionBias(json);
      return { qkv: attention, output: attention, mlp: field(json, "mlp_bias", "flag", false) };
    },
    headNorm: false,
    windows: fullAttention,
  },
  mistral: {
    absent: { positions: 131072, kvHeads: 8, tokens: { bos: 1, eos: [2] } },
    bias: () => ({ qkv: false, output: false, mlp: false }),
    headNorm: false,
    windows: (json, layers) => new Array(layers).fill(optionalField(json, "sliding_window", "count", 4096)),
  },
  qwen2: {
    absent: { positions: 32768, kvHeads: 32, tokens: { eos: [] } },
    bias: () => ({ qkv: true, output: false, mlp: false }),
    headNorm: false,
    windows: qwenWindows,
  },
  qwen3: {
    absent: { positions: 32768, kvHeads: 32, headDim: 128, tokens: { eos: [] } },
    bias: (json) => ({ qkv: attentionBias(json), output: attentionBias(json), mlp: false }),
    headNorm: true,
    windows: qwenWindows,
  },
};

/** Qwen's windows: `layer_types` says which layers have one, else those from `max_window_layers` on. */
function qwenWindows(json: Json, layers: number): ModelConfig["windows"] {
  const used = field(json, "use_sliding_window", "flag", false);
  const window = used ? optionalField(json, "sliding_window", "count", 4096) : undefined;
  const types = json.layer_types;
  if (types === undefined || types === null) {
    const first = field(json, "max_window_layers", "id", 28);
    return Array.from({ length: layers }, (_, layer) => layer >= first ? window : undefined);
  }
  if (!Array.isArray(types) || types.length !== layers) {
    throw refusal("layer_types", `a list of ${layers} types, one a layer`, types);
  }
  return types.map((type) => {
    if (type === "full_attention") return undefined;
    if (type === "sliding_attention" && window !== undefined) return window;
    throw refusal(
      "layer_types",
      `of "full_attention"${window ? ` and "sliding_attention"` : ", for there is no sliding_window in use"}`,
      type,
    );
  });
}
