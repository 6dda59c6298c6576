/** Differentiable functions of each element, the activations among them. */
import type { Tensor } from "../../device/tensor.ts";
import { differentiable } from "./differentiable.ts";

/**
 * eˣ; 0 where that is below the smallest normal float.
 *
 * @param x A tensor.
 * @returns A tensor of the same shape.
 *
 * @example Usage
 * ```ts
 * import { exp, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = exp(device.tensor([0, -Infinity]));
 * assertEquals(await y.data(), Float32Array.of(1, 0));
 * ```
 */
export function exp(x: Tensor): Tensor<"f32"> {
  return differentiable("exp", [x]);
}

/**
 * Natural logarithm.
 *
 * @param x A tensor; its elements should be above 0.
 * @returns A tensor of the same shape; −∞ of 0, NaN below.
 *
 * @example Usage
 * ```ts
 * import { log, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = log(device.tensor([1, 0]));
 * assertEquals(await y.data(), Float32Array.of(0, -Infinity));
 * ```
 */
export function log(x: Tensor): Tensor<"f32"> {
  return differentiable("log", [x]);
}

/**
 * Square root.
 *
 * @param x A tensor; its elements should be 0 or more.
 * @returns A tensor of the same shape.
 *
 * @example Usage
 * ```ts
 * import { openDevice, sqrt } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = sqrt(device.tensor([4, 9]));
 * assertEquals(await y.data(), Float32Array.of(2, 3));
 * ```
 */
export function sqrt(x: Tensor): Tensor<"f32"> {
  return differentiable("sqrt", [x]);
}

/**
 * 1 / (1 + e⁻ˣ).
 *
 * @param x A tensor.
 * @returns A tensor of the same shape, in (0, 1).
 *
 * @example Usage
 * ```ts
 * import { openDevice, sigmoid } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = sigmoid(device.tensor([0]));
 * assertEquals(await y.item(), 0.5);
 * ```
 */
export function sigmoid(x: Tensor): Tensor<"f32"> {
  return differentiable("sigmoid", [x]);
}

/**
 * ln σ(x), without overflow: the Bradley–Terry log-likelihood of a reward difference x.
 *
 * @param x A tensor.
 * @returns A tensor of the same shape, below 0.
 *
 * @example Usage
 * ```ts
 * import { logSigmoid, openDevice } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = logSigmoid(device.tensor([0]));
 * assertAlmostEquals(await y.item(), -Math.log(2), 1e-6);
 * ```
 */
export function logSigmoid(x: Tensor): Tensor<"f32"> {
  return differentiable("logSigmoid", [x]);
}

/**
 * GELU with the tanh approximation: x σ(2 √(2/π) (x + 0.044715 x³)), as GPT-2 has it.
 *
 * @param x A tensor.
 * @returns A tensor of the same shape.
 *
 * @example Usage
 * ```ts
 * import { gelu, openDevice } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = gelu(device.tensor([1]));
 * assertAlmostEquals(await y.item(), 0.841192, 1e-6);
 * ```
 */
export function gelu(x: Tensor): Tensor<"f32"> {
  return differentiable("gelu", [x]);
}

/**
 * SwiGLU: gate σ(gate) · up, the activation of Llama, Mistral and Qwen.
 *
 * @param gate Output of the gate projection.
 * @param up Output of the up projection, of the same shape.
 * @returns A tensor of the same shape.
 * @throws {RangeError} If the shapes do not broadcast.
 *
 * @example Usage
 * ```ts
 * import { openDevice, swiglu } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using y = swiglu(device.tensor([1]), device.tensor([2]));
 * assertAlmostEquals(await y.item(), 2 / (1 + Math.exp(-1)), 1e-6);
 * ```
 */
export function swiglu(gate: Tensor, up: Tensor): Tensor<"f32"> {
  return differentiable("swiglu", [gate, up]);
}
