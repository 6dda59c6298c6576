/** Differentiable sums and means, masked or not. */
import { record } from "../../autograd/tape.ts";
import { expect } from "../../device/expect.ts";
import type { Tensor } from "../../device/tensor.ts";
import type { Steps } from "../elementwise/broadcast.ts";
import { div, where } from "../elementwise/arithmetic.ts";
import { apply } from "../elementwise/kernel.ts";
import { columnSum, rowSum, totalSum } from "./kernel.ts";

/** What a sum or mean runs over. */
export interface ReduceOptions {
  /**
   * `first`: over all dimensions but the last, so that columns remain; `last`: over the last dimension, so that rows
   * remain; by default over everything.
   */
  axis?: "first" | "last";
  /** Only elements where this is not 0 count; of the tensor's shape, or one that broadcasts to it. Others may be NaN. */
  mask?: Tensor;
}

/**
 * Sums elements.
 *
 * @param x A tensor.
 * @param options Over what.
 * @returns A scalar (shape `[]`), the columns' sums, or the rows' sums.
 * @throws {RangeError} If the mask does not broadcast to x.
 *
 * @example Usage
 * ```ts
 * import { openDevice, sum } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const x = device.tensor([1, 2, 3, 4], [2, 2]);
 * assertEquals(await sum(x).item(), 10);
 * assertEquals(await sum(x, { axis: "first" }).data(), Float32Array.of(4, 6));
 * assertEquals(await sum(x, { axis: "last" }).data(), Float32Array.of(3, 7));
 * assertEquals(await sum(x, { mask: device.tensor([1, 0, 0, 1], [2, 2]) }).item(), 5);
 * ```
 */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor<"f32"> {
  using scope = x.device.scope();
  return scope.keep(reduce(masked("sum", x, options.mask), axisOf("sum", options), 1));
}

/**
 * Averages elements.
 *
 * @param x A tensor.
 * @param options Over what. With a mask, the sum of chosen elements over their number; NaN where none is chosen.
 * @returns A scalar (shape `[]`), the columns' means, or the rows' means.
 * @throws {RangeError} If the mask does not broadcast to x.
 *
 * @example The mean over real tokens
 * ```ts
 * import { mean, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const x = device.tensor([1, 2, 6, NaN]);
 * assertEquals(await mean(x, { mask: device.tensor([1, 1, 1, 0]) }).item(), 3);
 * ```
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor<"f32"> {
  const { device } = x;
  const axis = axisOf("mean", options);
  using scope = device.scope();
  if (options.mask) {
    const chosen = masked("mean", device.full(x.shape, 1), options.mask);
    return scope.keep(div(sum(x, options), reduce(chosen, axis, 1)));
  }
  const cols = x.shape.at(-1) ?? 1;
  const count = axis === "first" ? x.size / cols : axis === "last" ? cols : x.size;
  return scope.keep(reduce(x, axis, 1 / count));
}

/** x where the mask is not 0, else 0. */
function masked(op: string, x: Tensor, mask: Tensor | undefined): Tensor {
  if (!mask) return x;
  const y = where(mask, x, 0);
  if (y.shape.join() === x.shape.join()) return y;
  throw new RangeError(
    `Cannot ${op} a tensor of shape [${x.shape}] with a mask of shape [${mask.shape}]: it must broadcast to the tensor's`,
  );
}

function axisOf(op: string, { axis }: ReduceOptions): ReduceOptions["axis"] {
  expect(axis === undefined || axis === "first" || axis === "last", 'an axis of "first" or "last"', op, axis);
  return axis;
}

function reduce(x: Tensor, axis: "first" | "last" | undefined, scale: number): Tensor<"f32"> {
  const { device, shape } = x;
  const cols = shape.at(-1) ?? 1;
  const rows = cols === 0 ? 0 : x.size / cols;
  let y: Tensor<"f32">;
  if (axis === "first") y = columnSum(x, rows, cols, scale);
  else if (axis === "last") y = rowSum(x, shape.slice(0, -1), cols, scale);
  else y = totalSum(x, scale);
  record("sum", [x], [y], ([dy], grads) => {
    const dx = device.empty(shape);
    const steps: Steps = axis === "first" ? [0, 1] : axis === "last" ? [1, 0] : [0, 0];
    if (x.size > 0) apply("mul", [dy!, scale], rows, cols, [steps, [0, 0]], dx);
    grads.add(0, dx);
  });
  return y;
}
