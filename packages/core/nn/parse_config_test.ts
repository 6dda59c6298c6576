import { assertEquals, assertThrows } from "@std/assert";
import type { ModelConfig } from "./config.ts";
import { configJson } from "./config_json.ts";
import { parseConfig } from "./parse_config.ts";

type Json = Record<string, unknown>;

const gpt2: Json = { model_type: "gpt2", n_embd: 16, n_head: 4, n_layer: 2, vocab_size: 43 };
const sizes: Json = { hidden_size: 16, intermediate_size: 24, num_attention_heads: 4, vocab_size: 43 };
const llama: Json = { model_type: "llama", ...sizes, num_hidden_layers: 2 };
const qwen2: Json = { ...llama, model_type: "qwen2", num_key_value_heads: 2 };

Deno.test("parseConfig() gives fields that a file lacks transformers' values", () => {
  const shared = { layers: 2, width: 16, heads: 4, headDim: 4, vocabulary: 43, windows: [undefined, undefined] };
  const noBias = { qkv: false, output: false, mlp: false };
  const rope = { frequencies: [1, 0.01], attentionFactor: 1, theta: 10000 };
  const plain = { norm: "rms", normEps: 1e-6, activation: "swiglu", headNorm: false, hidden: 24, tied: false } as const;
  const expected: Record<string, [Json, ModelConfig]> = {
    gpt2: [gpt2, {
      ...{ ...shared, family: "gpt2", kvHeads: 4, hidden: 64, positions: 1024, norm: "layer", normEps: 1e-5 },
      ...{ activation: "gelu", tied: true, bias: { qkv: true, output: true, mlp: true }, headNorm: false },
      tokens: { bos: 50256, eos: [50256] },
    }],
    llama: [llama, {
      ...{ ...shared, ...plain, family: "llama", kvHeads: 4, positions: 2048, bias: noBias, rope },
      tokens: { bos: 1, eos: [2] },
    }],
    mistral: [{ ...llama, model_type: "mistral", num_attention_heads: 8, head_dim: null, hidden_size: 32 }, {
      ...{ ...shared, ...plain, family: "mistral", width: 32, heads: 8, kvHeads: 8, positions: 131072 },
      ...{ bias: noBias, rope, windows: [4096, 4096], tokens: { bos: 1, eos: [2] } },
    }],
    qwen2: [{ ...llama, model_type: "qwen2", num_key_value_heads: null }, {
      ...{ ...shared, ...plain, family: "qwen2", kvHeads: 4, positions: 32768, rope },
      ...{ bias: { ...noBias, qkv: true }, tokens: { eos: [] } },
    }],
  };
  for (const [family, [json, config]] of Object.entries(expected)) assertEquals(parseConfig(json), config, family);
  const qwen3 = parseConfig({ ...qwen2, model_type: "qwen3", attention_bias: true });
  assertEquals([qwen3.headDim, qwen3.headNorm, qwen3.bias.output, qwen3.rope!.frequencies.length], [
    ...[128, true, true, 64],
  ]);
});

Deno.test("parseConfig() reads windows, special ids, biases and tied embeddings", () => {
  const window = { use_sliding_window: true, sliding_window: 3 };
  assertEquals(parseConfig({ ...qwen2, ...window, max_window_layers: 1 }).windows, [undefined, 3]);
  assertEquals(parseConfig({ ...qwen2, sliding_window: 3, max_window_layers: 1 }).windows, [undefined, undefined]);
  const types = ["sliding_attention", "full_attention"];
  assertEquals(parseConfig({ ...qwen2, ...window, layer_types: types }).windows, [3, undefined]);
  const mistral = { ...llama, model_type: "mistral", num_key_value_heads: 2 };
  assertEquals(parseConfig({ ...mistral, sliding_window: null }).windows, [undefined, undefined]);
  assertEquals(parseConfig({ ...llama, eos_token_id: [5, 6], pad_token_id: -1, bos_token_id: null }).tokens, {
    eos: [5, 6],
  });
  assertEquals(parseConfig({ ...llama, eos_token_id: null, pad_token_id: 9 }).tokens, { bos: 1, eos: [], pad: 9 });
  const biased = parseConfig({ ...llama, attention_bias: true, mlp_bias: true, tie_word_embeddings: true });
  assertEquals([biased.bias, biased.tied], [{ qkv: true, output: true, mlp: true }, true]);
});

Deno.test("parseConfig() refuses what it does not do and what contradicts itself, in one sentence", () => {
  const cases: [json: unknown, message: string][] = [
    [[], "Expected config.json to hold an object"],
    [{}, `Expected "model_type" in config.json, one of gpt2, llama, mistral, qwen2, qwen3, but it is missing`],
    [{ ...llama, model_type: "gemma3" }, `one of gpt2, llama, mistral, qwen2, qwen3 but found "gemma3"`],
    [{ ...llama, hidden_size: undefined }, `Expected "hidden_size" in config.json, an integer of 1 or more, but it`],
    [
      { ...llama, hidden_size: "16" },
      `Expected "hidden_size" in config.json to be an integer of 1 or more but found "16"`,
    ],
    [{ ...llama, vocab_size: 4.5 }, "an integer of 1 or more but found 4.5"],
    [{ ...llama, num_hidden_layers: 1e9 }, "at most 4096 but found 1000000000"],
    [
      { ...llama, num_attention_heads: 3 },
      `"num_attention_heads" in config.json to be a divisor of hidden_size, 16 but found 3`,
    ],
    [
      { ...llama, num_key_value_heads: 3 },
      `"num_key_value_heads" in config.json to be a divisor of num_attention_heads, 4`,
    ],
    [{ ...llama, head_dim: 5 }, `"head_dim" in config.json to be an even number`],
    [{ ...llama, head_dim: 512 }, `"head_dim" in config.json to be at most 256`],
    [
      { ...llama, hidden_act: "gelu" },
      `"hidden_act" in config.json to be "silu", the only one supported but found "gelu"`,
    ],
    [{ ...llama, rms_norm_eps: -1 }, "a number above 0 but found -1"],
    [{ ...llama, tie_word_embeddings: 1 }, "true or false but found 1"],
    [{ ...llama, eos_token_id: ["</s>"] }, `an id, a list of ids, or null but found ["</s>"]`],
    [{ ...llama, quantization_config: { bits: 4 } }, "load unquantised weights"],
    [{ ...gpt2, activation_function: "relu" }, `to be "gelu_new"`],
    [{ ...gpt2, scale_attn_by_inverse_layer_idx: true }, "to be false, the only one supported but found true"],
    [{ ...gpt2, scale_attn_weights: false }, "to be true"],
    [{ ...gpt2, n_head: 5 }, `"n_head" in config.json to be a divisor of n_embd, 16`],
    [{ ...qwen2, layer_types: ["full_attention"] }, "a list of 2 types"],
    [{ ...qwen2, layer_types: ["full_attention", "sliding_attention"] }, "there is no sliding_window in use"],
    [{ ...qwen2, layer_types: ["full_attention", "linear_attention"] }, `but found "linear_attention"`],
    [{ ...qwen2, use_sliding_window: true, max_window_layers: "1" }, `"max_window_layers"`],
  ];
  for (const [json, message] of cases) {
    const error = assertThrows(() => parseConfig(json), Error, message) as Error;
    assertEquals(error.message.includes("\n"), false);
  }
});

Deno.test("configJson() gives what parseConfig() reads back", () => {
  const yarn = { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32, mscale: 1, mscale_all_dim: 0.5 };
  const files: Json[] = [
    gpt2,
    { ...gpt2, n_inner: 24, tie_word_embeddings: false, eos_token_id: [3, 4], pad_token_id: 0 },
    llama,
    { ...llama, attention_bias: true, mlp_bias: true, rope_theta: 500, rope_scaling: { type: "linear", factor: 4 } },
    { ...llama, model_type: "mistral", num_key_value_heads: 2, sliding_window: 3 },
    { ...qwen2, rope_parameters: yarn, use_sliding_window: true, sliding_window: 5, max_window_layers: 1 },
    { ...qwen2, model_type: "qwen3", attention_bias: true, head_dim: 6, bos_token_id: 1 },
  ];
  for (const file of files) {
    const config = parseConfig(file);
    assertEquals(parseConfig(JSON.parse(JSON.stringify(configJson(config)))), config);
    assertEquals(configJson(config, "score").num_labels, 1);
  }
  const { theta: _, ...rope } = parseConfig({ ...llama, rope_theta: 1234 }).rope!;
  assertEquals(configJson({ ...parseConfig(llama), rope }).rope_theta, 1 / rope.frequencies[1]! ** 2);
});

Deno.test("configJson() refuses what the family's file cannot say", () => {
  const config = parseConfig(llama);
  const cases: [Partial<ModelConfig>, string][] = [
    [{ windows: [undefined, 3] }, "that of a llama model cannot say that windows is [null,3]"],
    [{ bias: { qkv: true, output: false, mlp: false } }, "bias"],
    [{ headNorm: true }, "headNorm is true"],
    [{ activation: "gelu" }, "activation"],
    [{ rope: { frequencies: [1, 0.02], attentionFactor: 1.1 } }, "rope"],
  ];
  for (const [change, message] of cases) {
    assertThrows(() => configJson({ ...config, ...change }), RangeError, message);
  }
  assertThrows(
    () => configJson({ ...parseConfig(qwen2), rope: { frequencies: [1, 0.5, 0.3], attentionFactor: 1 } }),
    RangeError,
    "rope",
  );
  const narrow = parseConfig({ ...llama, head_dim: 2 });
  assertEquals(parseConfig(configJson({ ...narrow, rope: { frequencies: [1], attentionFactor: 1 } })), {
    ...narrow,
    rope: { ...narrow.rope!, theta: parseConfig(configJson(narrow)).rope!.theta },
  });
});
