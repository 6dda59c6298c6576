/** Log-probabilities of tokens straight from hidden states: logits exist for one chunk of the vocabulary at a time. */
import { type InputGradients, record, tapeOf } from "../../autograd/tape.ts";
import { expect } from "../../device/expect.ts";
import type { Tensor } from "../../device/tensor.ts";
import { idsOf } from "../cast/bits.ts";
import { multiply } from "../matmul/matmul.ts";
import { type RowShards, type RowTable, rowTable, shapesOf } from "../row_shards.ts";
import { logProbGradKernel, logProbKernel } from "./kernel.ts";

/** How many logits exist at a time: rows × columns. */
export interface ChunkSize {
  readonly rows: number;
  readonly cols: number;
  /** How many logits the backward pass may find kept; more are computed again. They have the same bits. @default {0} */
  readonly kept?: number;
}

/** A constant: a row's bits must not depend on how many rows there are. The rows leave no trace in the bits. */
const chunkSize: ChunkSize = { rows: 1024, cols: 1024, kept: 2 ** 24 };

/** How {@linkcode logProb} turns hidden states into probabilities. */
export interface LogProbOptions {
  /**
   * Logits are divided by this.
   *
   * @default {1}
   */
  temperature?: number;
}

/** What {@linkcode logProb} gives for each row. */
export interface TokenLogProb {
  /** Log-probability of the target in nats, shape [T]; NaN where the target is no entry of the vocabulary. */
  readonly logProb: Tensor<"f32">;
  /** Entropy of the whole distribution in nats, shape [T]. */
  readonly entropy: Tensor<"f32">;
  /** The most likely entry, the first one of equals; shape [T]. Without a gradient. */
  readonly argmax: Tensor<"u32">;
}

/**
 * Log-probability of given tokens, entropy and arg-max, from hidden states and the output matrix:
 *
 *     z = hidden · weightᵀ / temperature    log p = z[target] − log Σ exp z    H = −Σ p log p
 *
 * Logits exist for 1024 rows and 1024 vocabulary entries at a time, 4 MiB, whatever T and V; a running `valueAndGrad` keeps
 * all of them if they take 64 MiB at most. Gradients flow from the log-probability and from the entropy to `hidden` and
 * `weight`. A row has the same bits in any batch.
 *
 * @param hidden Hidden states, shape [T, C].
 * @param weight The output matrix, shape [V, C]: a row for each entry of the vocabulary; or several tensors whose rows
 * follow each other. Cut at multiples of 1024 rows, as `shardRows` does, they give the same bits as one; cut elsewhere
 * sums over the vocabulary round differently.
 * @param targets The token of each row, i32 or u32 of shape [T]. One outside 0 … V − 1 makes that row's log-probability
 * NaN, and its gradient too unless the gradient that reaches it is 0.
 * @param options The temperature.
 * @returns Log-probability, entropy and arg-max of each row.
 * @throws {RangeError} If shapes do not fit, the vocabulary is empty or the temperature is below 1e-6.
 * @throws {TypeError} If `targets` are not integers, or `hidden` or `weight` not f32.
 *
 * @example Usage
 * ```ts
 * import { logProb, openDevice } from "@tare/core";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const hidden = device.tensor([0, Math.log(3)], [2, 1]);
 * const weight = device.tensor([0, 1], [2, 1]); // logits [0, 0] and [0, log 3]
 * const { logProb: l, entropy, argmax } = logProb(hidden, weight, device.tensor(Int32Array.of(0, 1)));
 * assertAlmostEquals((await l.data())[1]!, Math.log(3 / 4), 1e-6);
 * assertAlmostEquals((await entropy.data())[0]!, Math.log(2), 1e-6);
 * assertEquals(await argmax.data(), Uint32Array.of(0, 1));
 * ```
 */
export function logProb(
  hidden: Tensor,
  weight: RowShards,
  targets: Tensor,
  options: LogProbOptions = {},
): TokenLogProb {
  return logProbInChunks(hidden, weight, targets, options.temperature ?? 1, chunkSize);
}

/** {@linkcode logProb} with chunks of any size; tests use small ones. */
export function logProbInChunks(
  hidden: Tensor,
  weight: RowShards,
  targets: Tensor,
  temperature: number,
  chunk: ChunkSize,
): TokenLogProb {
  const table = check(hidden, weight, targets, temperature);
  const { device } = hidden;
  const head: Head = { hidden, table, targets, scale: 1 / temperature, chunk };
  const tokens = targets.size;
  using scope = device.scope();
  const logProb = device.empty([tokens]);
  const entropy = device.empty([tokens]);
  const argmax = device.empty([tokens], "u32");
  const state = device.empty([tokens, 2]);
  const tracked = [hidden, ...table.tensors].some((tensor) => tapeOf(device)?.tracks(tensor));
  const kept: Tensor[] | undefined = tracked && tokens * table.rows <= (chunk.kept ?? 0) ? [] : undefined;
  forEachChunk(head, kept, (logits, ids, { row, rows, col, cols }) => {
    device.run(logProbKernel, { logits, targets: ids, state, logProb, entropy, argmax }, {
      ...{ row, rows, col, cols, vocabulary: table.rows, scale: head.scale, invalid: NaN },
    });
  });
  record("logProb", [hidden, targets, ...table.tensors], [logProb, entropy], (outputs, grads) => {
    backward(head, kept, state, entropy, outputs, grads);
  }, [state, ...kept ?? []]);
  scope.keep([logProb, entropy, argmax]);
  return { logProb, entropy, argmax };
}

/** The operands, and how their logits are cut and scaled. */
interface Head {
  readonly hidden: Tensor;
  readonly table: RowTable;
  readonly targets: Tensor;
  readonly scale: number;
  readonly chunk: ChunkSize;
}

/** Logits of some rows and columns. */
interface Chunk {
  readonly row: number;
  readonly rows: number;
  readonly col: number;
  readonly cols: number;
  /** Which shard of the weight has the columns, and where in it they begin, in elements. */
  readonly shard: number;
  readonly offset: number;
}

/**
 * Computes the raw logits of one chunk after the other, each [rows, cols]: into one scratch tensor, or into tensors that
 * are added to `kept`; the next walk finds them there.
 */
function forEachChunk(
  head: Head,
  kept: Tensor[] | undefined,
  f: (logits: Tensor, targets: Tensor, chunk: Chunk) => void,
): void {
  const { hidden, table, targets, chunk } = head;
  const [tokens, width] = hidden.shape as [number, number];
  if (tokens === 0) return;
  const { device } = hidden;
  using scratch = kept ? undefined : device.empty([Math.min(chunk.rows, tokens), Math.min(chunk.cols, table.rows)]);
  using ids = idsOf("take logProb", "targets", targets);
  let at = 0;
  for (let row = 0; row < tokens; row += chunk.rows) {
    const rows = Math.min(chunk.rows, tokens - row);
    table.shards.forEach(({ tensor, first, rows: entries }, shard) => {
      for (let entry = 0; entry < entries; entry += chunk.cols) {
        const cols = Math.min(chunk.cols, entries - entry);
        const offset = entry * width;
        const found = kept?.[at];
        const logits = found ?? scratch ?? device.empty([rows, cols]);
        if (!found) {
          const part = { tensor, offset, transpose: true };
          multiply({ tensor: hidden, offset: row * width }, part, { tensor: logits }, rows, cols, width);
        }
        if (kept) kept[at++] = logits;
        f(logits, ids, { row, rows, col: first + entry, cols, shard, offset });
      }
    });
  }
}

/** Place of the first shard among the inputs on the tape: hidden states, targets, shards. */
const firstShard = 2;

/** Turns every chunk's logits, kept or computed again, into their gradient, and multiplies it into all gradients. */
function backward(
  head: Head,
  kept: Tensor[] | undefined,
  state: Tensor,
  entropy: Tensor,
  [dLogProb, dEntropy]: readonly (Tensor | undefined)[],
  grads: InputGradients,
): void {
  const { hidden, table, scale } = head;
  const { device } = hidden;
  const [tokens, width] = hidden.shape as [number, number];
  const oldHidden = grads.into(0);
  const dHidden = grads.wants(0) ? oldHidden ?? device.empty(hidden.shape) : undefined;
  const dShards = table.tensors.map(({ shape }, shard) => {
    if (!grads.wants(firstShard + shard)) return undefined;
    const old = grads.into(firstShard + shard);
    // Without rows no chunk would write it.
    return { old, gradient: old ?? (tokens > 0 ? device.empty(shape) : device.zeros(shape)) };
  });
  forEachChunk(head, kept, (logits, targets, { row, rows, col, cols, shard, offset }) => {
    device.run(logProbGradKernel, { targets, state, entropy, dLogProb, dEntropy, logits }, {
      ...{ row, rows, col, cols, vocabulary: table.rows, hasLogProb: dLogProb ? 1 : 0, hasEntropy: dEntropy ? 1 : 0 },
      ...{ scale, invalid: NaN },
    });
    // Each product continues the sums of the chunks before it.
    const atRow = row * width;
    if (dHidden) {
      const [b, out] = [{ tensor: table.tensors[shard]!, offset }, { tensor: dHidden, offset: atRow }];
      const accumulate = col > 0 || oldHidden !== undefined;
      multiply({ tensor: logits }, b, out, rows, width, cols, { accumulate });
    }
    const dShard = dShards[shard];
    if (dShard) {
      const [b, out] = [{ tensor: hidden, offset: atRow }, { tensor: dShard.gradient, offset }];
      const accumulate = row > 0 || dShard.old !== undefined;
      multiply({ tensor: logits, transpose: true }, b, out, cols, width, rows, { accumulate });
    }
  });
  if (dHidden) grads.add(0, dHidden);
  dShards.forEach((dShard, shard) => dShard && grads.add(firstShard + shard, dShard.gradient));
}

/** @returns The weight as a table. */
function check(hidden: Tensor, weight: RowShards, targets: Tensor, temperature: number): RowTable {
  const [rows, width] = hidden.shape;
  const table = rowTable(weight);
  if (hidden.shape.length !== 2 || !table || table.cols !== width || table.rows === 0) {
    throw new RangeError(
      `Cannot take logProb of hidden states of shape [${hidden.shape}] with a weight of shape ${
        shapesOf(weight)
      }: it ` +
        `needs [T, C] and [V, C] with V of 1 or more; transpose a weight of shape [C, V]`,
    );
  }
  if (targets.shape.length !== 1 || targets.size !== rows) {
    throw new RangeError(
      `Cannot take logProb of targets of shape [${targets.shape}]: hidden states of shape [${hidden.shape}] need [${rows}]`,
    );
  }
  expect(temperature >= 1e-6 && temperature < Infinity, "a temperature of 1e-6 or more", "logProb", temperature);
  return table;
}
