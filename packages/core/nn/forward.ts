/** The transformer: one pure function of parameters and tokens, for every family. */
import { recompute } from "../autograd/recompute.ts";
import type { Tensor } from "../device/tensor.ts";
import { attention } from "../kernels/attention/attention.ts";
import { add, mul } from "../kernels/elementwise/arithmetic.ts";
import { gelu, swiglu } from "../kernels/elementwise/functions.ts";
import { gatherRows } from "../kernels/gather/gather.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import { layerNorm, rmsNorm } from "../kernels/norm/norm.ts";
import { reshape } from "../kernels/reshape/reshape.ts";
import { rope } from "../kernels/rope/rope.ts";
import { writeRows } from "../kernels/write_rows/write_rows.ts";
import type { TokenBatch } from "./batch.ts";
import type { KvCache } from "./cache.ts";
import type { ModelConfig } from "./config.ts";
import type { Adapter, LowRank } from "./lora.ts";
import type { BlockParams, Linear, Norm, Params } from "./params.ts";

/** What {@linkcode forward} does beside the plain pass. */
export interface ForwardOptions {
  /** Low-rank changes of linear layers. */
  adapter?: Adapter;
  /** Keys and values of earlier tokens, and the row of each new one; the batch's segments reach into it. */
  cache?: { readonly store: KvCache; readonly rows: Tensor };
  /**
   * Rows of the batch whose hidden states are wanted, u32 of shape [N]; the others end where the last block's attention has
   * read them. Results have the bits that `gatherRows` of all hidden states gives.
   */
  wanted?: Tensor;
  /**
   * Recomputes each block in the backward pass instead of holding its activations.
   *
   * @default {false}
   */
  recompute?: boolean;
}

/**
 * Runs a transformer up to its last norm.
 *
 * @param params The parameters.
 * @param config What they are parameters of.
 * @param batch T tokens.
 * @param options Adapter, cache, recompute.
 * @returns Hidden states of shape [T, width], or those wanted, for `tokenLogProb`, `logits` or a scalar head.
 *
 * @example Usage
 * ```ts
 * import { forward, initParams, openDevice, parseConfig, tokenBatch } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 10, hidden_size: 8, intermediate_size: 16 },
 *   ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = initParams(device, config, 7);
 * const hidden = forward(params, config, tokenBatch(device, config, [[1, 2, 3], [4, 5]]));
 * assertEquals(hidden.shape, [5, 8]);
 * ```
 */
export function forward(
  params: Params,
  config: ModelConfig,
  batch: TokenBatch,
  options: ForwardOptions = {},
): Tensor<"f32"> {
  const { device } = batch.tokens;
  using scope = device.scope();
  let x = gatherRows(params.embedding, batch.tokens);
  if (params.positions) x = add(x, gatherRows(params.positions, batch.positions));
  params.blocks.forEach((block, layer) => {
    const run = (x: Tensor) => {
      using scope = device.scope(); // one block's intermediates are alive, not all blocks', unless a tape needs them
      return scope.keep(transformerBlock(x, block, config, layer, batch, options));
    };
    const y = options.recompute ? recompute(run, x) as Tensor<"f32"> : run(x);
    if (!device.tape?.holds(x)) x.dispose();
    x = y;
  });
  return scope.keep(norm(x, params.norm, config));
}

/** x + attention(norm(x)), then x + mlp(norm(x)). */
function transformerBlock(
  x: Tensor,
  block: BlockParams,
  config: ModelConfig,
  layer: number,
  batch: TokenBatch,
  { adapter, cache, wanted }: ForwardOptions,
): Tensor<"f32"> {
  const { heads, kvHeads } = config;
  const low = adapter?.params.blocks[layer];
  const linear = (x: Tensor, { weight, bias }: Linear, low?: LowRank, residual?: Tensor) => {
    const y = matmul(x, weight, { transposeB: true, bias, residual });
    if (!low) return y;
    const inner = mul(matmul(x, low.down, { transposeB: true }), adapter!.scale);
    return matmul(inner, low.up, { transposeB: true, residual: y });
  };
  const h = norm(x, block.attentionNorm, config);
  const place = (y: Tensor, heads: number, headNorm?: Norm) => {
    const normed = headNorm ? normHeads(y, headNorm, config) : y;
    return batch.angles ? rope(normed, batch.rows, batch.angles, { heads }) : normed;
  };
  const q = place(linear(h, block.query, low?.query), heads, block.queryNorm);
  let k = place(linear(h, block.key, low?.key), kvHeads, block.keyNorm);
  let v: Tensor = linear(h, block.value, low?.value);
  if (cache) {
    const [keys, values] = [cache.store.keys[layer]!, cache.store.values[layer]!];
    writeRows(keys, k, cache.rows);
    writeRows(values, v, cache.rows);
    [k, v] = [keys, values];
  }
  let mixed: Tensor = attention(q, k, v, batch.segments, { heads, kvHeads, window: config.windows[layer] });
  if (wanted && layer === config.layers - 1) [x, mixed] = [gatherRows(x, wanted), gatherRows(mixed, wanted)];
  x = linear(mixed, block.output, low?.output, x);
  const g = norm(x, block.mlpNorm, config);
  const up = linear(g, block.up, low?.up);
  const active = block.gate ? swiglu(linear(g, block.gate, low?.gate), up) : gelu(up);
  return linear(active, block.down, low?.down, x);
}

function norm(x: Tensor, { weight, bias }: Norm, { normEps: eps }: ModelConfig): Tensor<"f32"> {
  return bias ? layerNorm(x, weight, bias, { eps }) : rmsNorm(x, weight, { eps });
}

/** Norms each head of a row by itself. */
function normHeads(x: Tensor, weights: Norm, config: ModelConfig): Tensor<"f32"> {
  const rows = x.size / config.headDim;
  return reshape(norm(reshape(x, [rows, config.headDim]), weights, config), x.shape);
}
