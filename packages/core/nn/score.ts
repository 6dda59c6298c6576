/** A head of one number a token: a reward model's score, a critic's value. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import { reshape } from "../kernels/reshape/reshape.ts";
import { normal } from "../random/philox.ts";
import type { ModelConfig } from "./config.ts";

/** Parameters of a scalar head. */
export interface ScoreHead {
  /** Shape [1, width]. */
  readonly weight: Tensor;
  /** Shape [1]; Hugging Face's sequence classifiers have none. */
  readonly bias?: Tensor;
}

/**
 * Makes a scalar head.
 *
 * @param device Where the model is.
 * @param config The model's.
 * @param seed For normal weights of deviation 0.02; without one they are zero, as a critic begins best.
 * @returns The head, without a bias; its tensor belongs to the current scope.
 *
 * @example Usage
 * ```ts
 * import { initScoreHead, openDevice, parseConfig, score } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 4, n_head: 2, n_layer: 1, vocab_size: 20 });
 * assertEquals(await score(initScoreHead(device, config), device.full([2, 4], 1)).data(), Float32Array.of(0, 0));
 * ```
 */
export function initScoreHead(device: Device, { width }: ModelConfig, seed?: number): ScoreHead {
  if (seed === undefined) return { weight: device.zeros([1, width]) };
  return { weight: device.tensor(normal(width, [seed, 0], [0, 0, 2, 0]).map((x) => 0.02 * x), [1, width]) };
}

/**
 * Scores each token.
 *
 * @param head The head.
 * @param hidden What `forward` gave, or rows of it (the last token of each sequence for rewards), shape [T, width].
 * @returns One number a row, shape [T].
 *
 * @example Usage
 * ```ts
 * import { openDevice, score } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const head = { weight: device.tensor([1, 10], [1, 2]) };
 * assertEquals(await score(head, device.tensor([1, 2, 3, 4], [2, 2])).data(), Float32Array.of(21, 43));
 * ```
 */
export function score({ weight, bias }: ScoreHead, hidden: Tensor): Tensor<"f32"> {
  using scope = hidden.device.scope();
  const column = matmul(hidden, weight, { transposeB: true, bias });
  return scope.keep(reshape(column, [column.size]));
}
