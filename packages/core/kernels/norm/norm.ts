/** Differentiable norms of rows, alone or fused with the residual sum in front of them. */
import { record } from "../../autograd/tape.ts";
import { expect } from "../../device/expect.ts";
import type { Tensor } from "../../device/tensor.ts";
import { columnSum, columnSumKernel } from "../reduce/kernel.ts";
import { normGradKernel, normKernel, normWeightGradKernel, weightParts } from "./kernel.ts";

/** Options of a norm. */
export interface NormOptions {
  /**
   * What is added to the variance (LayerNorm) or to the mean square (RMSNorm).
   *
   * @default {1e-5}
   */
  eps?: number;
}

/**
 * Divides each row by its root mean square: x / √(mean(x²) + eps) · weight, as Llama, Mistral and Qwen have it.
 *
 * @param x A tensor of shape [..., c].
 * @param weight A vector of length c.
 * @param options The small number under the root.
 * @returns A tensor of x's shape.
 * @throws {RangeError} If the shapes do not fit.
 *
 * @example Usage
 * ```ts
 * import { openDevice, rmsNorm } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const y = rmsNorm(device.tensor([1, 7], [1, 2]), device.tensor([1, 10]), { eps: 0 });
 * assertEquals([...await y.data()].map((v) => v.toFixed(3)), ["0.200", "14.000"]);
 * ```
 */
export function rmsNorm(x: Tensor, weight: Tensor, options: NormOptions = {}): Tensor<"f32"> {
  return norm("rmsNorm", x, undefined, weight, undefined, options).out;
}

/**
 * Gives each row mean 0 and variance 1, then scales and shifts it: (x - mean) / √(var + eps) · weight + bias.
 *
 * @param x A tensor of shape [..., c].
 * @param weight A vector of length c.
 * @param bias A vector of length c.
 * @param options The small number under the root.
 * @returns A tensor of x's shape.
 * @throws {RangeError} If the shapes do not fit.
 *
 * @example Usage
 * ```ts
 * import { layerNorm, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const x = device.tensor([1, 3, 10, 30], [2, 2]);
 * const y = layerNorm(x, device.tensor([1, 1]), device.tensor([0, 5]), { eps: 0 });
 * assertEquals(await y.data(), Float32Array.of(-1, 6, -1, 6));
 * ```
 */
export function layerNorm(x: Tensor, weight: Tensor, bias: Tensor, options: NormOptions = {}): Tensor<"f32"> {
  return norm("layerNorm", x, undefined, weight, bias, options).out;
}

/**
 * The step between two blocks of a network in one pass: adds x to the residual stream, and norms the sum by its root
 * mean square.
 *
 * @param x What the last block gave, of shape [..., c].
 * @param residual The residual stream in front of it, of the same shape.
 * @param weight A vector of length c.
 * @param options The small number under the root.
 * @returns `[rmsNorm(sum, weight), sum]` with sum = x + residual: the next block's input and its residual stream.
 * @throws {RangeError} If the shapes do not fit.
 *
 * @example Usage
 * ```ts
 * import { addRmsNorm, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const [y, sum] = addRmsNorm(device.tensor([1, 2]), device.tensor([2, -5]), device.tensor([1, 1]), { eps: 0 });
 * assertEquals(await y.data(), Float32Array.of(1, -1));
 * assertEquals(await sum.data(), Float32Array.of(3, -3));
 * ```
 */
export function addRmsNorm(
  x: Tensor,
  residual: Tensor,
  weight: Tensor,
  options: NormOptions = {},
): [normed: Tensor<"f32">, sum: Tensor<"f32">] {
  const { out, sum } = norm("addRmsNorm", x, residual, weight, undefined, options);
  return [out, sum!];
}

/**
 * As {@linkcode addRmsNorm} with a LayerNorm.
 *
 * @param x What the last block gave, of shape [..., c].
 * @param residual The residual stream in front of it, of the same shape.
 * @param weight A vector of length c.
 * @param bias A vector of length c.
 * @param options The small number under the root.
 * @returns `[layerNorm(sum, weight, bias), sum]` with sum = x + residual.
 * @throws {RangeError} If the shapes do not fit.
 *
 * @example Usage
 * ```ts
 * import { addLayerNorm, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const [weight, bias] = [device.tensor([1, 1]), device.tensor([0, 0])];
 * const [y, sum] = addLayerNorm(device.tensor([1, 2]), device.tensor([1, 4]), weight, bias, { eps: 0 });
 * assertEquals(await y.data(), Float32Array.of(-1, 1));
 * assertEquals(await sum.data(), Float32Array.of(2, 6));
 * ```
 */
export function addLayerNorm(
  x: Tensor,
  residual: Tensor,
  weight: Tensor,
  bias: Tensor,
  options: NormOptions = {},
): [normed: Tensor<"f32">, sum: Tensor<"f32">] {
  const { out, sum } = norm("addLayerNorm", x, residual, weight, bias, options);
  return [out, sum!];
}

/** All four norms: a bias makes it LayerNorm, a residual is added first. */
function norm(
  op: string,
  x: Tensor,
  residual: Tensor | undefined,
  weight: Tensor,
  bias: Tensor | undefined,
  { eps = 1e-5 }: NormOptions,
): { out: Tensor<"f32">; sum: Tensor<"f32"> | undefined } {
  const cols = x.shape.at(-1);
  if (cols === undefined) throw new RangeError(`Cannot ${op} a scalar: it needs a tensor of shape [..., c]`);
  if (residual && residual.shape.join() !== x.shape.join()) throw misfit(op, "residual", residual, x.shape, x);
  if (weight.shape.join() !== `${cols}`) throw misfit(op, "weight", weight, [cols], x);
  if (bias && bias.shape.join() !== `${cols}`) throw misfit(op, "bias", bias, [cols], x);
  expect(eps >= 0 && eps < Infinity, "eps of 0 or more", op, eps);
  const { device } = x;
  using scope = device.scope();
  const rows = cols === 0 ? 0 : x.size / cols;
  const centred = bias ? 1 : 0;
  const out = device.empty(x.shape);
  const sum = residual && device.empty(x.shape);
  const stats = device.empty([rows, 2]); // mean and rstd of each row
  const buffers = { x, residual, weight, bias, out, sum, stats };
  device.run(normKernel, buffers, { rows, cols, eps, centred, fused: residual ? 1 : 0 });
  const source = sum ?? x;
  const outputs = sum ? [out, sum] : [out];
  record(op, [x, residual, weight, bias], outputs, ([dy, dsum], grads) => {
    const addToSource = (gradient: Tensor<"f32">) => {
      if (grads.wants(0)) grads.add(0, gradient);
      if (grads.wants(1)) grads.add(1, gradient);
    };
    if (!dy) return addToSource(dsum!);
    if (grads.wants(0) || grads.wants(1)) {
      const have = residual ? undefined : grads.into(0);
      const dx = have ?? device.empty(x.shape);
      device.run(normGradKernel, { dy, x: source, weight, stats, dsum, dx }, {
        ...{ rows, cols, centred, hasDsum: dsum ? 1 : 0, accumulate: have ? 1 : 0 },
      });
      addToSource(dx);
    }
    if (grads.wants(2)) {
      const partial = device.empty([weightParts, cols]);
      device.run(normWeightGradKernel, { dy, x: source, stats, out: partial }, { rows, cols, parts: weightParts });
      const dweight = device.empty([cols]);
      device.run(columnSumKernel, { x: partial, out: dweight }, { rows: weightParts, cols, parts: 1, scale: 1 });
      grads.add(2, dweight);
    }
    if (grads.wants(3)) grads.add(3, columnSum(dy, rows, cols));
  }, [stats]);
  scope.keep(outputs);
  return { out, sum };
}

function misfit(op: string, what: string, found: Tensor, needed: readonly number[], x: Tensor): RangeError {
  return new RangeError(
    `Cannot ${op} a tensor of shape [${x.shape}] with a ${what} of shape [${found.shape}]: it needs [${needed}]`,
  );
}
