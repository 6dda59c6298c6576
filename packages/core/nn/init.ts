/** Fresh parameters. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { type RowShards, shardRows } from "../kernels/row_shards.ts";
import { normal } from "../random/philox.ts";
import type { ModelConfig } from "./config.ts";
import type { BlockParams, Params } from "./params.ts";

/**
 * Random parameters from a seed: normal with deviation 0.02, smaller by √(2 · layers) where a block adds to the residual
 * stream, as GPT-2 has it.
 *
 * @param device Where they will be.
 * @param config Sizes.
 * @param seed Equal seeds give equal parameters.
 * @returns The tree; its tensors belong to the current scope.
 */
export function initParams(device: Device, config: ModelConfig, seed: number): Params {
  return initShardedParams(device, config, seed, device.limits.maxTensorBytes);
}

/** {@linkcode initParams} with tables cut into tensors of at most `maxBytes`; tests take few. */
export function initShardedParams(device: Device, config: ModelConfig, seed: number, maxBytes: number): Params {
  const { width, hidden, heads, kvHeads, headDim, bias } = config;
  let stream = 0;
  const draw = (rows: number, cols: number, deviation = 0.02) =>
    normal(rows * cols, [seed, stream++]).map((x) => x * deviation);
  const weight = (rows: number, cols: number, deviation?: number) =>
    device.tensor(draw(rows, cols, deviation), [rows, cols]);
  const table = (rows: number, cols: number): RowShards => {
    const numbers = draw(rows, cols);
    let at = 0;
    const shards = shardRows(device, rows, cols, maxBytes).map((rows): Tensor =>
      device.tensor(numbers.subarray(at, at += rows * cols), [rows, cols])
    );
    return shards.length === 1 ? shards[0]! : shards;
  };
  const linear = (out: number, into: number, bias: boolean, deviation?: number) => ({
    weight: weight(out, into, deviation),
    ...bias && { bias: device.zeros([out]) },
  });
  const norm = (cols = width) => ({
    weight: device.full([cols], 1),
    ...config.norm === "layer" && { bias: device.zeros([cols]) },
  });
  const residual = 0.02 / Math.sqrt(2 * config.layers);
  const block = (): BlockParams => ({
    attentionNorm: norm(),
    query: linear(heads * headDim, width, bias.qkv),
    key: linear(kvHeads * headDim, width, bias.qkv),
    value: linear(kvHeads * headDim, width, bias.qkv),
    output: linear(width, heads * headDim, bias.output, residual),
    ...config.headNorm && { queryNorm: norm(headDim), keyNorm: norm(headDim) },
    mlpNorm: norm(),
    ...config.activation === "swiglu" && { gate: linear(hidden, width, bias.mlp) },
    up: linear(hidden, width, bias.mlp),
    down: linear(width, hidden, bias.mlp, residual),
  });
  return {
    embedding: table(config.vocabulary, width),
    ...!config.rope && { positions: weight(config.positions, width) },
    blocks: Array.from({ length: config.layers }, block),
    norm: norm(),
    ...!config.tied && { head: table(config.vocabulary, width) },
  };
}
