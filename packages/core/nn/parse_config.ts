/** From Hugging Face's `config.json` to a {@linkcode ModelConfig}, with transformers' own defaults. */
import { widestHead } from "../kernels/attention/widest_head.ts";
import type { ModelConfig, SpecialTokens } from "./config.ts";
import { field, type Json, kinds, optionalField, refusal } from "./json_fields.ts";
import { ropeConfig } from "./rope_config.ts";
import { fullAttention, variants } from "./variants.ts";

const families: readonly string[] = ["gpt2", ...Object.keys(variants)];

/**
 * Reads the `config.json` of a Hugging Face checkpoint: GPT-2, Llama, Mistral, Qwen2 or Qwen3.
 *
 * Fields that a file lacks have the values that transformers 5 gives them, but sizes must be there. Dropout is not done
 * here, and fields about it are not read.
 *
 * @param json The parsed file.
 * @returns The model's description.
 * @throws {TypeError} If a field is missing or of the wrong type, or asks for what is not supported.
 * @throws {RangeError} If a size is out of range, or sizes contradict each other.
 *
 * @example Usage
 * ```ts
 * import { parseConfig } from "@tare/core";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const json = {
 *   ...{ model_type: "llama", hidden_size: 64, intermediate_size: 128, vocab_size: 100 },
 *   ...{ num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2, rope_theta: 10000 },
 * };
 * assertEquals(parseConfig(json).headDim, 16);
 * assertThrows(() => parseConfig({ ...json, model_type: "bert" }), TypeError, "gpt2, llama, mistral, qwen2, qwen3");
 * ```
 */
export function parseConfig(json: unknown): ModelConfig {
  if (!kinds.object.fits(json)) throw new TypeError("Expected config.json to hold an object: is it another file?");
  const family = json.model_type;
  if (typeof family !== "string" || !families.includes(family)) {
    throw refusal("model_type", `one of ${families.join(", ")}`, family);
  }
  if (json.quantization_config) throw refusal("quantization_config", "absent: load unquantised weights", "present");
  return family === "gpt2" ? gpt2(json) : descendant(json, family as keyof typeof variants);
}

function gpt2(json: Json): ModelConfig {
  const width = field(json, "n_embd", "count");
  const heads = field(json, "n_head", "count");
  const layers = layersOf(json, "n_layer");
  must(json, "activation_function", "gelu_new");
  must(json, "scale_attn_weights", true);
  must(json, "scale_attn_by_inverse_layer_idx", false);
  must(json, "add_cross_attention", false);
  return {
    ...{ family: "gpt2", layers, width, heads, kvHeads: heads, headDim: headDimOf(width, heads, "n_embd", "n_head") },
    hidden: optionalField(json, "n_inner", "count") ?? 4 * width,
    vocabulary: field(json, "vocab_size", "count"),
    positions: field(json, "n_positions", "count", 1024),
    ...{ norm: "layer", normEps: field(json, "layer_norm_epsilon", "positive", 1e-5), activation: "gelu" },
    tied: field(json, "tie_word_embeddings", "flag", true),
    ...{ bias: { qkv: true, output: true, mlp: true }, headNorm: false },
    windows: fullAttention(json, layers),
    tokens: specialTokens(json, { bos: 50256, eos: [50256] }),
  };
}

function descendant(json: Json, family: keyof typeof variants): ModelConfig {
  const { absent, bias, headNorm, windows } = variants[family];
  const width = field(json, "hidden_size", "count");
  const heads = field(json, "num_attention_heads", "count");
  const layers = layersOf(json, "num_hidden_layers");
  const kvHeads = optionalField(json, "num_key_value_heads", "count", absent.kvHeads) ?? heads;
  if (heads % kvHeads !== 0) {
    throw refusal("num_key_value_heads", `a divisor of num_attention_heads, ${heads}`, kvHeads);
  }
  const headDim = optionalField(json, "head_dim", "count", absent.headDim) ??
    headDimOf(width, heads, "hidden_size", "num_attention_heads");
  if (headDim > widestHead) throw refusal("head_dim", `at most ${widestHead}`, headDim);
  must(json, "hidden_act", "silu");
  const positions = field(json, "max_position_embeddings", "count", absent.positions);
  return {
    ...{ family, layers, width, heads, kvHeads, headDim },
    hidden: field(json, "intermediate_size", "count"),
    vocabulary: field(json, "vocab_size", "count"),
    positions,
    ...{ norm: "rms", normEps: field(json, "rms_norm_eps", "positive", 1e-6), activation: "swiglu" },
    tied: field(json, "tie_word_embeddings", "flag", false),
    ...{ bias: bias(json), headNorm },
    rope: ropeConfig(json, headDim, positions),
    windows: windows(json, layers),
    tokens: specialTokens(json, absent.tokens),
  };
}

function layersOf(json: Json, name: string): number {
  const layers = field(json, name, "count");
  if (layers > 4096) throw refusal(name, "at most 4096", layers);
  return layers;
}

function headDimOf(width: number, heads: number, widthName: string, headsName: string): number {
  if (width % heads !== 0) throw refusal(headsName, `a divisor of ${widthName}, ${width}`, heads);
  if (width / heads > widestHead) throw refusal(widthName, `at most ${widestHead} times ${headsName}`, width);
  return width / heads;
}

/** Refuses what changes the numbers and is not done here. */
function must(json: Json, name: string, value: string | boolean): void {
  const found = json[name] ?? value;
  if (found !== value) throw refusal(name, `${JSON.stringify(value)}, the only one supported`, found);
}

function specialTokens(json: Json, absent: SpecialTokens): SpecialTokens {
  const one = (name: string, absent?: number) =>
    json[name] === -1 ? undefined : optionalField(json, name, "id", absent); // some files have -1 for none
  const { eos_token_id: ends = [...absent.eos] } = json;
  const eos = ends === null ? [] : Array.isArray(ends) ? ends : [ends];
  if (!eos.every(kinds.id.fits)) throw refusal("eos_token_id", "an id, a list of ids, or null", ends);
  const [bos, pad] = [one("bos_token_id", absent.bos), one("pad_token_id")];
  return { ...bos !== undefined && { bos }, eos, ...pad !== undefined && { pad } };
}
