/** Log-probabilities of tokens straight from hidden states: logits exist for one chunk of the vocabulary at a time. */
import { type InputGradients, record } from "../../autograd/tape.ts";
import { expect } from "../../device/expect.ts";
import type { Tensor } from "../../device/tensor.ts";
import { idsOf } from "../cast/bits.ts";
import { multiply } from "../matmul/matmul.ts";
import { logProbGradKernel, logProbKernel } from "./kernel.ts";

/** How many logits exist at a time: rows × columns. */
export interface ChunkSize {
  readonly rows: number;
  readonly cols: number;
}

/** A constant: a row's bits must not depend on how many rows there are. The rows leave no trace in the bits. */
const chunkSize: ChunkSize = { rows: 1024, cols: 1024 };

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
 * Logits exist for 1024 rows and 1024 vocabulary entries at a time, 4 MiB, whatever T and V. Gradients flow from the
 * log-probability and from the entropy to `hidden` and `weight`. A row has the same bits in any batch.
 *
 * @param hidden Hidden states, shape [T, C].
 * @param weight The output matrix, shape [V, C]: a row for each entry of the vocabulary.
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
  weight: Tensor,
  targets: Tensor,
  options: LogProbOptions = {},
): TokenLogProb {
  return logProbInChunks(hidden, weight, targets, options.temperature ?? 1, chunkSize);
}

/** {@linkcode logProb} with chunks of any size; tests use small ones. */
export function logProbInChunks(
  hidden: Tensor,
  weight: Tensor,
  targets: Tensor,
  temperature: number,
  chunk: ChunkSize,
): TokenLogProb {
  check(hidden, weight, targets, temperature);
  const { device } = hidden;
  const head: Head = { hidden, weight, targets, scale: 1 / temperature, chunk };
  const tokens = targets.size;
  using scope = device.scope();
  const logProb = device.empty([tokens]);
  const entropy = device.empty([tokens]);
  const argmax = device.empty([tokens], "u32");
  const state = device.empty([tokens, 2]);
  forEachChunk(head, (logits, ids, { row, rows, col, cols }) => {
    device.run(logProbKernel, { logits, targets: ids, state, logProb, entropy, argmax }, {
      ...{ row, rows, col, cols, vocabulary: weight.shape[0]!, scale: head.scale, invalid: NaN },
    });
  });
  record("logProb", [hidden, weight, targets], [logProb, entropy], (outputs, grads) => {
    backward(head, state, entropy, outputs, grads);
  }, [state]);
  scope.keep([logProb, entropy, argmax]);
  return { logProb, entropy, argmax };
}

/** The operands, and how their logits are cut and scaled. */
interface Head {
  readonly hidden: Tensor;
  readonly weight: Tensor;
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
}

/** Computes the raw logits of one chunk after the other, each [rows, cols], into one scratch tensor. */
function forEachChunk(head: Head, f: (logits: Tensor, targets: Tensor, chunk: Chunk) => void): void {
  const { hidden, weight, targets, chunk } = head;
  const [tokens, width] = hidden.shape as [number, number];
  const vocabulary = weight.shape[0]!;
  if (tokens === 0) return;
  using logits = hidden.device.empty([Math.min(chunk.rows, tokens), Math.min(chunk.cols, vocabulary)]);
  using ids = idsOf("take logProb", "targets", targets);
  for (let row = 0; row < tokens; row += chunk.rows) {
    const rows = Math.min(chunk.rows, tokens - row);
    for (let col = 0; col < vocabulary; col += chunk.cols) {
      const cols = Math.min(chunk.cols, vocabulary - col);
      const part = { tensor: weight, offset: col * width, transpose: true };
      multiply({ tensor: hidden, offset: row * width }, part, { tensor: logits }, rows, cols, width);
      f(logits, ids, { row, rows, col, cols });
    }
  }
}

/** Computes every chunk's logits again, turns them into their gradient, and multiplies it into both gradients. */
function backward(
  head: Head,
  state: Tensor,
  entropy: Tensor,
  [dLogProb, dEntropy]: readonly (Tensor | undefined)[],
  grads: InputGradients,
): void {
  const { hidden, weight, scale } = head;
  const { device } = hidden;
  const [tokens, width] = hidden.shape as [number, number];
  const vocabulary = weight.shape[0]!;
  const [oldHidden, oldWeight] = [grads.into(0), grads.into(1)];
  const dHidden = grads.wants(0) ? oldHidden ?? device.empty(hidden.shape) : undefined;
  // Without rows no chunk would write it.
  const dWeight = grads.wants(1)
    ? oldWeight ?? (tokens > 0 ? device.empty(weight.shape) : device.zeros(weight.shape))
    : undefined;
  forEachChunk(head, (logits, targets, { row, rows, col, cols }) => {
    device.run(logProbGradKernel, { targets, state, entropy, dLogProb, dEntropy, logits }, {
      ...{ row, rows, col, cols, vocabulary, hasLogProb: dLogProb ? 1 : 0, hasEntropy: dEntropy ? 1 : 0 },
      ...{ scale, invalid: NaN },
    });
    // Each product continues the sums of the chunks before it.
    const [atRow, atCol] = [row * width, col * width];
    if (dHidden) {
      const [b, out] = [{ tensor: weight, offset: atCol }, { tensor: dHidden, offset: atRow }];
      const accumulate = col > 0 || oldHidden !== undefined;
      multiply({ tensor: logits }, b, out, rows, width, cols, { accumulate });
    }
    if (dWeight) {
      const [b, out] = [{ tensor: hidden, offset: atRow }, { tensor: dWeight, offset: atCol }];
      const accumulate = row > 0 || oldWeight !== undefined;
      multiply({ tensor: logits, transpose: true }, b, out, cols, width, rows, { accumulate });
    }
  });
  if (dHidden) grads.add(0, dHidden);
  if (dWeight) grads.add(1, dWeight);
}

function check(hidden: Tensor, weight: Tensor, targets: Tensor, temperature: number): void {
  const [rows, width] = hidden.shape;
  const matrices = hidden.shape.length === 2 && weight.shape.length === 2;
  if (!matrices || weight.shape[1] !== width || weight.shape[0] === 0) {
    throw new RangeError(
      `Cannot take logProb of hidden states of shape [${hidden.shape}] with a weight of shape [${weight.shape}]: it ` +
        `needs [T, C] and [V, C] with V of 1 or more; transpose a weight of shape [C, V]`,
    );
  }
  if (targets.shape.length !== 1 || targets.size !== rows) {
    throw new RangeError(
      `Cannot take logProb of targets of shape [${targets.shape}]: hidden states of shape [${hidden.shape}] need [${rows}]`,
    );
  }
  expect(temperature >= 1e-6 && temperature < Infinity, "a temperature of 1e-6 or more", "logProb", temperature);
}
