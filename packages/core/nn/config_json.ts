/** From a {@linkcode ModelConfig} back to Hugging Face's `config.json`. */
import type { ModelConfig, ModelFamily } from "./config.ts";
import { parseConfig } from "./parse_config.ts";

const classNames: Readonly<Record<ModelFamily, string>> = {
  gpt2: "GPT2",
  llama: "Llama",
  mistral: "Mistral",
  qwen2: "Qwen2",
  qwen3: "Qwen3",
};

/**
 * Makes the `config.json` of a checkpoint: what `parseConfig` reads back, and transformers 4 and 5 understand.
 *
 * @param config The model's description.
 * @param head What stands on the transformer: scores of the next token, or one score of the whole text.
 * @returns An object for `JSON.stringify`.
 * @throws {RangeError} If the family's file has no field for something: it would be read back as another model.
 */
export function configJson(config: ModelConfig, head: "language" | "score" = "language"): Record<string, unknown> {
  const { family, vocabulary, tied, tokens: { bos, eos, pad } } = config;
  const lmHead = family === "gpt2" ? "LMHeadModel" : "ForCausalLM";
  const json = {
    architectures: [`${classNames[family]}${head === "score" ? "ForSequenceClassification" : lmHead}`],
    model_type: family,
    vocab_size: vocabulary,
    ...family === "gpt2" ? gpt2Fields(config) : descendantFields(config),
    tie_word_embeddings: tied,
    bos_token_id: bos ?? null,
    eos_token_id: eos.length > 1 ? eos : eos[0] ?? null,
    pad_token_id: pad ?? null,
    ...head === "score" && { num_labels: 1, id2label: { 0: "score" }, label2id: { score: 0 } },
  };
  const [wanted, found] = [whatMatters(config), whatMatters(parseConfig(json))];
  const lost = Object.keys(wanted).find((key) => !same(wanted[key], found[key]));
  if (lost === undefined) return json;
  throw new RangeError(
    `Cannot write config.json: that of a ${family} model cannot say that ${lost} is ${JSON.stringify(wanted[lost])}`,
  );
}

/** A config without what its rotary frequencies were made from. */
function whatMatters({ rope, ...rest }: ModelConfig): Readonly<Record<string, unknown>> {
  return { ...rest, rope: rope && { frequencies: rope.frequencies, attentionFactor: rope.attentionFactor } };
}

/** Whether plain values are the same, numbers up to rounding. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= 1e-9 * Math.abs(a);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [x, y] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return [...x.keys(), ...y.keys()].every((key) => same(x.get(key), y.get(key)));
}

function gpt2Fields(config: ModelConfig): Record<string, unknown> {
  return {
    n_embd: config.width,
    n_head: config.heads,
    n_layer: config.layers,
    n_inner: config.hidden,
    n_positions: config.positions,
    activation_function: "gelu_new",
    layer_norm_epsilon: config.normEps,
  };
}

function descendantFields(config: ModelConfig): Record<string, unknown> {
  const { family, windows, bias, rope, headDim } = config;
  const window = windows.find((window) => window !== undefined);
  const first = windows.indexOf(window);
  return {
    hidden_size: config.width,
    intermediate_size: config.hidden,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    num_hidden_layers: config.layers,
    head_dim: headDim,
    hidden_act: "silu",
    max_position_embeddings: config.positions,
    rms_norm_eps: config.normEps,
    // The fields of transformers 4, which 5 reads as well.
    rope_theta: rope!.theta ?? (rope!.frequencies[1] ?? 1e-4) ** (-headDim / 2),
    rope_scaling: rope!.scaling ?? null,
    ...family === "llama" && { attention_bias: bias.qkv, mlp_bias: bias.mlp },
    ...family === "qwen3" && { attention_bias: bias.qkv },
    ...family === "mistral" && { sliding_window: window ?? null },
    ...family.startsWith("qwen") && {
      use_sliding_window: window !== undefined,
      sliding_window: window ?? null,
      max_window_layers: window === undefined ? windows.length : first,
      layer_types: windows.map((window) => window === undefined ? "full_attention" : "sliding_attention"),
    },
  };
}
