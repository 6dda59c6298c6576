/** What a packed batch predicts. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";

/** Which rows of a batch predict which tokens. */
export interface Predictions {
  /** Rows of the hidden states, each the one before its token; shape [N]. */
  readonly rows: Tensor<"u32">;
  /** The tokens, shape [N]. */
  readonly targets: Tensor<"u32">;
}

/**
 * Lists what a batch predicts: with `starts`, the responses alone.
 *
 * @param device Where the batch is.
 * @param sequences The batch's, as {@linkcode tokenBatch} took them.
 * @param starts Index of the first token of each sequence to predict, 1 or more: the length of its prompt. By default
 * every token but the first.
 * @returns Rows for `gatherRows` and targets for `tokenLogProb`, sequence by sequence; they belong to the current scope.
 * @throws {RangeError} If there is not one start of 1 or more for each sequence.
 *
 * @example The response to a prompt of two tokens
 * ```ts
 * import { openDevice, predictions } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const { rows, targets } = predictions(device, [[5, 6, 7, 8]], [2]);
 * assertEquals([...await rows.data()], [1, 2]);
 * assertEquals([...await targets.data()], [7, 8]);
 * ```
 */
export function predictions(
  device: Device,
  sequences: readonly ArrayLike<number>[],
  starts: readonly number[] = sequences.map(() => 1),
): Predictions {
  const bad = starts.find((start) => !(Number.isInteger(start) && start >= 1));
  if (starts.length !== sequences.length || bad !== undefined) {
    throw new RangeError(
      `Expected a start of 1 or more for each of ${sequences.length} sequences but found [${starts}]: ` +
        `nothing predicts the first token of a sequence`,
    );
  }
  const [rows, targets]: [number[], number[]] = [[], []];
  let at = 0;
  sequences.forEach((sequence, i) => {
    for (let t = starts[i]!; t < sequence.length; t++) {
      rows.push(at + t - 1);
      targets.push(sequence[t]!);
    }
    at += sequence.length;
  });
  return { rows: device.tensor(Uint32Array.from(rows)), targets: device.tensor(Uint32Array.from(targets)) };
}
