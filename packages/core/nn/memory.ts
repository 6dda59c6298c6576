/**
 * How much memory a run will take, known before anything is loaded: the run itself, on a device that computes nothing.
 * There is no formula to fall behind the code.
 */
import { valueAndGrad } from "../autograd/grad.ts";
import type { DryOptions } from "../backend/dry.ts";
import type { Device } from "../device/device.ts";
import { dryDevice } from "../device/dry.ts";
import type { Tensor } from "../device/tensor.ts";
import { leaves, type Tree } from "../device/tree.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { gatherRows } from "../kernels/gather/gather.ts";
import { shardRows } from "../kernels/row_shards.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { adamw } from "../optim/adamw.ts";
import { type TokenBatch, tokenBatch, tokenPlaces } from "./batch.ts";
import { kvCache } from "./cache.ts";
import type { ModelConfig } from "./config.ts";
import { decodeParams } from "./decode.ts";
import { forward } from "./forward.ts";
import { logits, tokenLogProb } from "./head.ts";
import { buildParams } from "./init.ts";
import { type Adapter, buildAdapter } from "./lora.ts";
import type { LinearName, Params } from "./params.ts";

/** What is to be done with a model. */
export interface MemorySettings extends DryOptions {
  /** Training of all parameters, training of a low-rank adapter, or generation. */
  readonly mode: "sft" | "lora" | "generate";
  /** Tokens of a training batch; when generating, those of a sequence, its prompt included. */
  readonly tokens: number;
  /** Sequences generated at a time. @default {1} */
  readonly sequences?: number;
  /** Whether generation packs the weights, which on the CPU takes a copy of them. @default {true} */
  readonly pack?: boolean;
  /** Whether training recomputes activations. @default {false} */
  readonly recompute?: boolean;
  /** Rank of the adapter. @default {16} */
  readonly rank?: number;
  /** Layers that the adapter changes; by default all. */
  readonly targets?: readonly LinearName[];
}

/** Bytes of a run, by what they are for. */
export interface MemoryPrediction {
  /** The model's parameters; when generating also their packed copy. */
  readonly weights: number;
  /** The adapter's parameters. */
  readonly adapter: number;
  /** Gradients of what is trained. */
  readonly gradients: number;
  /** AdamW's means. */
  readonly optimizer: number;
  /** Keys and values of earlier tokens. */
  readonly cache: number;
  /** Everything else that is alive at the peak: activations, logits, scratch. */
  readonly activations: number;
  /** Most bytes alive at a time: `peakBytes` of the device's `stats()`. */
  readonly peak: number;
  /** What the device's memory must hold: the peak, and on the CPU the holes between blocks. */
  readonly reserved: number;
}

/**
 * Predicts the memory of a run.
 *
 * @param config The model's.
 * @param settings What is to be done with it, and on which device.
 * @returns Bytes by part, and their peak.
 * @throws {RangeError} If a number of tokens, sequences or ranks is no integer of 1 or more, or the model has no layer
 * that the adapter is to change.
 *
 * @example Recompute and adapters save memory
 * ```ts
 * import { parseConfig, predictMemory } from "@tare/core";
 * import { assert } from "@std/assert";
 *
 * const config = parseConfig({ model_type: "gpt2", n_embd: 64, n_head: 4, n_layer: 4, vocab_size: 1000, n_positions: 512 });
 * const sft = predictMemory(config, { mode: "sft", tokens: 256 });
 * const recompute = predictMemory(config, { mode: "sft", tokens: 256, recompute: true });
 * const lora = predictMemory(config, { mode: "lora", tokens: 256, recompute: true });
 * assert(sft.peak > recompute.peak && recompute.peak > lora.peak);
 * ```
 */
export function predictMemory(config: ModelConfig, settings: MemorySettings): MemoryPrediction {
  const { mode, tokens, sequences = 1, rank = 16, targets } = settings;
  for (const [name, value] of Object.entries({ tokens, sequences, rank })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`Expected ${name} of a memory prediction to be an integer of 1 or more but found ${value}`);
    }
  }
  using device = dryDevice(settings);
  using _scope = device.scope();
  const params = emptyParams(device, config);
  const adapter = mode === "lora" ? emptyAdapter(device, config, rank, targets) : undefined;
  const parts = {
    weights: bytesOf(params),
    adapter: adapter ? bytesOf(adapter.params) : 0,
    ...{ gradients: 0, optimizer: 0, cache: 0 },
  };
  if (mode === "generate") {
    const before = device.stats().bytes;
    const packed = settings.pack ?? true ? decodeParams(params) : params;
    parts.weights += device.stats().bytes - before;
    parts.cache = generate(device, config, params, packed, tokens, sequences);
  } else {
    const sequences = cut(tokens, config);
    const batch = tokenBatch(device, config, sequences);
    const options = { recompute: settings.recompute };
    const trained = adapter
      ? train(
        device,
        adapter.params,
        (low) => loss(params, config, batch, { ...options, adapter: { ...adapter, params: low } }),
      )
      : train(device, params, (all) => loss(all, config, batch, options));
    Object.assign(parts, trained);
  }
  const { peakBytes: peak, reservedBytes: reserved } = device.stats();
  const known = Object.values(parts).reduce((a, b) => a + b, 0);
  return { ...parts, activations: Math.max(0, peak - known), peak, reserved };
}

/** One step: forward, backward, AdamW. */
function train<P extends Tree<P>>(device: Device, params: P, f: (params: P) => Tensor): Partial<MemoryPrediction> {
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  using _step = device.scope();
  const { grads } = valueAndGrad(f, params);
  optimizer.update(params, grads, state, { learningRate: 1e-3 });
  return { gradients: bytesOf(grads), optimizer: bytesOf(state.m) + bytesOf(state.v) };
}

function loss(
  params: Params,
  config: ModelConfig,
  batch: TokenBatch,
  options: { recompute?: boolean; adapter?: Adapter },
): Tensor {
  const hidden = forward(params, config, batch, { ...options, wanted: batch.rows }); // all of them: the most there can be
  return mul(mean(tokenLogProb(params, hidden, batch.tokens).logProb), -1);
}

/** A prompt of all but one token, then one token of every sequence. @returns Bytes of the cache. */
function generate(
  device: Device,
  config: ModelConfig,
  params: Params,
  packed: Params,
  tokens: number,
  sequences: number,
): number {
  const store = kvCache(device, config, tokens * sequences);
  const step = (params: Params, positions: number[], ranges: Parameters<typeof tokenPlaces>[3]) => {
    using _step = device.scope();
    const ids = device.tensor(new Uint32Array(positions.length));
    const batch = { ...tokenPlaces(device, config, positions, ranges), tokens: ids };
    const hidden = forward(params, config, batch, { cache: { store, rows: ids } });
    logits(params, gatherRows(hidden, device.tensor(new Uint32Array(ranges.length))));
  };
  const prompt = Math.max(1, Math.min(tokens, config.positions, 1024) - 1); // longer ones go in pieces
  step(params, [...Array(prompt).keys()], [{ qStart: 0, qLength: prompt, kStart: 0, kLength: prompt }]);
  const last = Array.from(
    { length: sequences },
    (_, i) => ({ qStart: i, qLength: 1, kStart: i * tokens, kLength: tokens }),
  );
  step(packed, last.map(() => prompt - 1), last);
  return bytesOf(store);
}

/** As many sequences as the model's learned positions ask for. */
function cut(tokens: number, { positions, rope }: ModelConfig): Uint32Array[] {
  const longest = rope ? tokens : Math.min(tokens, positions);
  return Array.from(
    { length: Math.ceil(tokens / longest) },
    (_, i) => new Uint32Array(Math.min(longest, tokens - i * longest)),
  );
}

function emptyParams(device: Device, config: ModelConfig): Params {
  return buildParams(config, {
    matrix: (rows, cols) => device.empty([rows, cols]),
    table(rows, cols) {
      const shards = shardRows(device, rows, cols).map((rows): Tensor => device.empty([rows, cols]));
      return shards.length === 1 ? shards[0]! : shards;
    },
    vector: (length) => device.empty([length]),
  });
}

function emptyAdapter(device: Device, config: ModelConfig, rank: number, targets?: readonly LinearName[]): Adapter {
  const params = buildAdapter(config, targets, (out, into) => ({
    down: device.empty([rank, into]),
    up: device.empty([out, rank]),
  }));
  return { params, scale: 1 };
}

function bytesOf<T extends Tree<T>>(tree: T): number {
  return leaves(tree).reduce((sum, { storage }) => sum + storage.block.bytes, 0);
}
