/** Keys and values of the tokens so far, so that decoding computes only the new ones. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import type { ModelConfig } from "./config.ts";

/** Keys and values of each layer, shape [rows, kvHeads · headDim]. Which sequence owns which rows is the caller's affair. */
export interface KvCache {
  /** Keys, after their norm and rotation; one tensor a layer. */
  readonly keys: readonly Tensor<"f32">[];
  /** Values; one tensor a layer. */
  readonly values: readonly Tensor<"f32">[];
}

/**
 * Makes room for `rows` tokens.
 *
 * @param device Where the model is.
 * @param config The model's.
 * @param rows Tokens in all.
 * @returns The cache: 8 · layers · kvHeads · headDim bytes a token.
 *
 * @example Usage
 * ```ts
 * import { kvCache, openDevice, parseConfig } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 10, hidden_size: 8, intermediate_size: 16 },
 *   ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const { keys, values } = kvCache(device, config, 64);
 * assertEquals([keys.length, values[0]!.shape], [1, [64, 8]]);
 * ```
 */
export function kvCache(device: Device, config: ModelConfig, rows: number): KvCache {
  using scope = device.scope(); // all of it or nothing, where memory ends
  const make = () => config.windows.map(() => device.zeros([rows, config.kvHeads * config.headDim]));
  return scope.keep({ keys: make(), values: make() });
}
