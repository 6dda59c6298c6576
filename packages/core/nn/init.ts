/** Fresh parameters. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { type RowShards, shardRows } from "../kernels/row_shards.ts";
import { normal } from "../random/philox.ts";
import type { ModelConfig } from "./config.ts";
import { type BlockParams, type LinearName, linearShapes, type Params } from "./params.ts";

/**
 * Random parameters from a seed: normal with deviation 0.02, smaller by √(2 · layers) where a block adds to the residual
 * stream, as GPT-2 has it.
 *
 * @param device Where they will be.
 * @param config Sizes.
 * @param seed Equal seeds give equal parameters.
 * @returns The tree; its tensors belong to the current scope.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 10, hidden_size: 8, intermediate_size: 16 },
 *   ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = initParams(device, config, 7);
 * assertEquals([params.blocks.length, params.blocks[0]!.up.weight.shape], [1, [16, 8]]);
 * ```
 */
export function initParams(device: Device, config: ModelConfig, seed: number): Params {
  return initShardedParams(device, config, seed, device.limits.maxTensorBytes);
}

/** {@linkcode initParams} with tables cut into tensors of at most `maxBytes`; tests take few. */
export function initShardedParams(device: Device, config: ModelConfig, seed: number, maxBytes: number): Params {
  let stream = 0;
  const draw = (rows: number, cols: number, deviation: number) =>
    normal(rows * cols, [seed, stream++]).map((x) => x * deviation);
  return buildParams(config, {
    table(rows, cols, deviation) {
      const numbers = draw(rows, cols, deviation);
      let at = 0;
      const shards = shardRows(device, rows, cols, maxBytes).map((rows): Tensor =>
        device.tensor(numbers.subarray(at, at += rows * cols), [rows, cols])
      );
      return shards.length === 1 ? shards[0]! : shards;
    },
    matrix: (rows, cols, deviation) => device.tensor(draw(rows, cols, deviation), [rows, cols]),
    vector: (length, value) => device.full([length], value),
  });
}

/** What {@linkcode buildParams} builds with. */
export interface ParamMaker {
  /** Makes the embedding or the head, to be random with a deviation. */
  table(rows: number, cols: number, deviation: number): RowShards;
  /** Makes a matrix, to be random with a deviation. */
  matrix(rows: number, cols: number, deviation: number): Tensor;
  /** Makes a vector of one value. */
  vector(length: number, value: number): Tensor;
}

/**
 * Builds the tree of a config's parameters: which there are, and of what shape.
 *
 * @param config Sizes and variants.
 * @param make Makes each tensor; called in a fixed order.
 * @returns The tree.
 *
 * @example How many parameters a model has
 * ```ts
 * import { buildParams, dryDevice, leaves, parseConfig } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({ model_type: "gpt2", n_embd: 768, n_head: 12, n_layer: 12, vocab_size: 50257 });
 * using device = dryDevice();
 * const gpt2 = buildParams(config, {
 *   table: (rows, cols) => device.empty([rows, cols]),
 *   matrix: (rows, cols) => device.empty([rows, cols]),
 *   vector: (length) => device.empty([length]),
 * });
 * assertEquals(leaves(gpt2).reduce((sum, { size }) => sum + size, 0), 124_439_808);
 * ```
 */
export function buildParams(config: ModelConfig, { table, matrix, vector }: ParamMaker): Params {
  const { width, headDim, bias } = config;
  const shapes = linearShapes(config);
  const linear = (name: LinearName, bias: boolean, deviation = 0.02) => ({
    weight: matrix(...shapes[name]!, deviation),
    ...bias && { bias: vector(shapes[name]![0], 0) },
  });
  const norm = (cols = width) => ({ weight: vector(cols, 1), ...config.norm === "layer" && { bias: vector(cols, 0) } });
  const residual = 0.02 / Math.sqrt(2 * config.layers);
  const block = (): BlockParams => ({
    attentionNorm: norm(),
    query: linear("query", bias.qkv),
    key: linear("key", bias.qkv),
    value: linear("value", bias.qkv),
    output: linear("output", bias.output, residual),
    ...config.headNorm && { queryNorm: norm(headDim), keyNorm: norm(headDim) },
    mlpNorm: norm(),
    ...shapes.gate && { gate: linear("gate", bias.mlp) },
    up: linear("up", bias.mlp),
    down: linear("down", bias.mlp, residual),
  });
  return {
    embedding: table(config.vocabulary, width, 0.02),
    ...!config.rope && { positions: matrix(config.positions, width, 0.02) },
    blocks: Array.from({ length: config.layers }, block),
    norm: norm(),
    ...!config.tied && { head: table(config.vocabulary, width, 0.02) },
  };
}
