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
 */
export function kvCache(device: Device, config: ModelConfig, rows: number): KvCache {
  const make = () => config.windows.map(() => device.zeros([rows, config.kvHeads * config.headDim]));
  return { keys: make(), values: make() };
}
