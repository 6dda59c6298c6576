/** Differentiable arithmetic. Operands broadcast; a number stands for a constant. */
import type { Tensor } from "../../device/tensor.ts";
import type { Operand } from "./broadcast.ts";
import { differentiable } from "./differentiable.ts";

/**
 * a + b.
 *
 * @param a A tensor, or a number for all elements.
 * @param b Likewise; shapes broadcast.
 * @returns The sum, of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { add, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using rows = device.tensor([1, 2, 3, 4], [2, 2]);
 * using y = add(rows, device.tensor([10, 20], [2]));
 * assertEquals(await y.data(), Float32Array.of(11, 22, 13, 24));
 * ```
 */
export function add(a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("add", [a, b]);
}

/**
 * a − b.
 *
 * @param a A tensor, or a number for all elements.
 * @param b Likewise; shapes broadcast.
 * @returns The difference, of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { openDevice, sub } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = sub(device.tensor([3, 5]), 1);
 * assertEquals(await y.data(), Float32Array.of(2, 4));
 * ```
 */
export function sub(a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("sub", [a, b]);
}

/**
 * a · b, element by element.
 *
 * @param a A tensor, or a number for all elements.
 * @param b Likewise; shapes broadcast.
 * @returns The product, of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { mul, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = mul(device.tensor([3, 5]), device.tensor([2, 4]));
 * assertEquals(await y.data(), Float32Array.of(6, 20));
 * ```
 */
export function mul(a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("mul", [a, b]);
}

/**
 * a / b.
 *
 * @param a A tensor, or a number for all elements.
 * @param b Likewise; shapes broadcast.
 * @returns The quotient, of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { div, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = div(1, device.tensor([2, 4]));
 * assertEquals(await y.data(), Float32Array.of(0.5, 0.25));
 * ```
 */
export function div(a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("div", [a, b]);
}

/**
 * The smaller of a and b. Where they are equal the gradient goes to a; what it does with NaN depends on the device.
 *
 * @param a A tensor, or a number for all elements.
 * @param b Likewise; shapes broadcast.
 * @returns The minimum, of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { minimum, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = minimum(device.tensor([1, 5]), 3);
 * assertEquals(await y.data(), Float32Array.of(1, 3));
 * ```
 */
export function minimum(a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("minimum", [a, b]);
}

/**
 * The larger of a and b. Where they are equal the gradient goes to a; what it does with NaN depends on the device.
 *
 * @param a A tensor, or a number for all elements.
 * @param b Likewise; shapes broadcast.
 * @returns The maximum, of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { maximum, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = maximum(device.tensor([1, 5]), 3);
 * assertEquals(await y.data(), Float32Array.of(3, 5));
 * ```
 */
export function maximum(a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("maximum", [a, b]);
}

/**
 * Bounds each element. The gradient is 1 within the bounds, limits included, and 0 outside; what it does with NaN depends
 * on the device.
 *
 * @param x A tensor.
 * @param low Lowest value; a number or a tensor, without a gradient.
 * @param high Highest value; likewise.
 * @returns min(max(x, low), high).
 *
 * @example PPO's clipped ratio
 * ```ts
 * import { clamp, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = clamp(device.tensor([0.5, 1, 2]), 0.75, 1.25);
 * assertEquals(await y.data(), Float32Array.of(0.75, 1, 1.25));
 * ```
 */
export function clamp(x: Tensor, low: Operand, high: Operand): Tensor<"f32"> {
  return differentiable("clamp", [x, low, high]);
}

/**
 * a where the mask is not 0, else b. What is not chosen may be NaN: it leaves no trace, in the gradient neither.
 *
 * @param mask A float32 tensor of zeros and others.
 * @param a A tensor, or a number for all elements; shapes broadcast.
 * @param b Likewise.
 * @returns The choice, of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { openDevice, where } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = where(device.tensor([1, 0]), device.tensor([5, NaN]), 0);
 * assertEquals(await y.data(), Float32Array.of(5, 0));
 * ```
 */
export function where(mask: Tensor, a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("where", [mask, a, b]);
}

/**
 * 1 where a > b, else 0. No gradient flows through it.
 *
 * @param a A tensor, or a number for all elements.
 * @param b Likewise; shapes broadcast.
 * @returns A mask of the common shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { greater, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = greater(device.tensor([1, 2, 3]), 2);
 * assertEquals(await y.data(), Float32Array.of(0, 0, 1));
 * ```
 */
export function greater(a: Operand, b: Operand): Tensor<"f32"> {
  return differentiable("greater", [a, b]);
}
