/** Low-rank adapters (LoRA): a second, small tree that changes a frozen transformer. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { mapTree } from "../device/tree.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import { philox, toUniform } from "../random/philox.ts";
import type { ModelConfig } from "./config.ts";
import { type LinearName, linearShapes, type Params } from "./params.ts";

/** What is added to a weight: scale · up · down, without ever making that matrix. */
export interface LowRank {
  /** Shape [rank, in]. */
  readonly down: Tensor;
  /** Shape [out, rank]. */
  readonly up: Tensor;
}

/** An adapter's matrices: the tree to train. */
export interface AdapterParams {
  /** For each block the layers that it changes. */
  readonly blocks: readonly { readonly [K in LinearName]?: LowRank }[];
}

/** An adapter in use. */
export interface Adapter {
  /** The matrices. */
  readonly params: AdapterParams;
  /** alpha / rank. */
  readonly scale: number;
}

/** What {@linkcode initAdapter} makes. */
export interface AdapterOptions {
  /** Inner width: the rank of what is added to a weight. */
  rank: number;
  /** What is added is scaled by alpha / rank. */
  alpha: number;
  /**
   * Linear layers to change, in every block. By default all that the model has: fewer learn less from the same data.
   */
  targets?: readonly LinearName[];
}

/**
 * Makes an adapter that changes nothing yet: `down` random and uniform as PEFT has it, `up` zero.
 *
 * @param device Where the trunk is.
 * @param config The trunk's.
 * @param options Rank, alpha, targets.
 * @param seed Equal seeds give equal adapters.
 * @returns The adapter; its tensors belong to the current scope.
 * @throws {RangeError} If rank or alpha are out of range, or the model has no such layer.
 *
 * @example Train the adapter alone, over a frozen trunk
 * ```ts
 * import { adamw, forward, initAdapter, initParams, mean, openDevice, parseConfig, tokenBatch, valueAndGrad } from "@tare/core";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 16, n_head: 2, n_layer: 1, vocab_size: 20 });
 * const trunk = initParams(device, config, 1);
 * const { params, scale } = initAdapter(device, config, { rank: 4, alpha: 8 }, 2);
 * const batch = tokenBatch(device, config, [[1, 2, 3]]);
 * const { grads } = valueAndGrad((params) => mean(forward(trunk, config, batch, { adapter: { params, scale } })), params);
 * const optimizer = adamw();
 * optimizer.update(params, grads, optimizer.init(params), { learningRate: 1e-3 });
 * assert((await params.blocks[0]!.query!.up.data()).some((x) => x !== 0));
 * ```
 */
export function initAdapter(device: Device, config: ModelConfig, options: AdapterOptions, seed: number): Adapter {
  const { rank, alpha, targets } = options;
  if (!Number.isInteger(rank) || rank < 1) {
    throw new RangeError(`Expected the rank of an adapter to be an integer of 1 or more but found ${rank}`);
  }
  if (!(alpha > 0 && alpha < Infinity)) {
    throw new RangeError(`Expected the alpha of an adapter to be above 0 but found ${alpha}`);
  }
  let stream = 0;
  const params = buildAdapter(config, targets, (out, into) => ({
    down: device.tensor(uniforms(rank * into, 1 / Math.sqrt(into), seed, stream++), [rank, into]),
    up: device.zeros([out, rank]),
  }));
  return { params, scale: alpha / rank };
}

/**
 * Builds the tree of an adapter.
 *
 * @param config The trunk's.
 * @param targets Linear layers to change; by default all that the model has.
 * @param make Makes the matrices for a weight of shape [out, into]; called in a fixed order.
 * @returns The tree.
 * @throws {RangeError} If the model has no such layer.
 */
export function buildAdapter(
  config: ModelConfig,
  targets: readonly LinearName[] | undefined,
  make: (out: number, into: number) => LowRank,
): AdapterParams {
  const shapes = linearShapes(config);
  const all = Object.keys(shapes) as LinearName[];
  const chosen = (targets ?? all).map((target) => {
    const shape = shapes[target];
    if (shape) return [target, shape] as const;
    throw new RangeError(`Cannot adapt "${target}" of a ${config.family} model: it has ${all.join(", ")}`);
  });
  const block = () => Object.fromEntries(chosen.map(([target, [out, into]]) => [target, make(out, into)]));
  return { blocks: Array.from({ length: config.layers }, block) };
}

/** Numbers from −bound to bound. Streams of an adapter start where those of `initParams` do not. */
function uniforms(count: number, bound: number, seed: number, stream: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 4) {
    const bits = philox([seed, stream], [0, 0, 1, i >> 2]);
    for (let j = 0; j < 4 && i + j < count; j++) out[i + j] = bound * (2 * toUniform(bits[j]!) - 1);
  }
  return out;
}

/**
 * Puts an adapter into the weights: a model that needs none, to save or to serve.
 *
 * @param params The trunk; it stays as it is.
 * @param adapter What to add to it.
 * @returns The merged parameters, to be disposed of by themselves; what the adapter does not change shares the trunk's
 * memory.
 *
 * @example Usage
 * ```ts
 * import { initAdapter, initParams, mergeAdapter, openDevice, parseConfig } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 16, n_head: 2, n_layer: 1, vocab_size: 20 });
 * const trunk = initParams(device, config, 1);
 * const merged = mergeAdapter(trunk, initAdapter(device, config, { rank: 4, alpha: 8 }, 2)); // `up` is zero
 * const weights = [trunk.blocks[0]!.query.weight, merged.blocks[0]!.query.weight] as const;
 * const [before, after] = await device.read(weights);
 * assertEquals(after, before);
 * ```
 */
export function mergeAdapter(params: Params, { params: { blocks }, scale }: Adapter): Params {
  const { device } = params.norm.weight;
  using scope = device.scope(); // all of it or nothing, where memory ends
  const merged = mapTree(params, (tensor, path) => {
    const [, layer, target] = path.match(/^blocks\.(\d+)\.(\w+)\.weight$/) ?? [];
    const low = blocks[Number(layer)]?.[target as LinearName];
    if (!low) return device.alias(tensor);
    using scope = device.scope();
    return scope.keep(matmul(low.up, mul(low.down, scale), { residual: tensor }));
  });
  return scope.keep(merged);
}
