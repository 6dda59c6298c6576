/** Differentiable elementwise operations. Operands broadcast; a number stands for a constant. */
import { record } from "../../autograd/tape.ts";
import type { Tensor } from "../../device/tensor.ts";
import { broadcast, type Operand, unbroadcast } from "./broadcast.ts";
import { elementwise } from "./kernel.ts";
import type { Name } from "./table.ts";

/** The gradient of operand i, of the result's shape, from the operands, the result and its gradient. */
type Slope = (operands: readonly Operand[], y: Tensor<"f32">, dy: Tensor<"f32">) => Tensor<"f32">;

const minus = (x: Tensor) => elementwise("mul", x, -1);

/** One slope an operand; a missing one means that no gradient flows there. */
const slopes: Partial<Record<Name, readonly (Slope | undefined)[]>> = {
  add: [(_, __, dy) => dy, (_, __, dy) => dy],
  sub: [(_, __, dy) => dy, (_, __, dy) => minus(dy)],
  mul: [([, b], _, dy) => elementwise("mul", dy, b!), ([a], _, dy) => elementwise("mul", dy, a!)],
  div: [
    ([, b], _, dy) => elementwise("div", dy, b!),
    ([, b], y, dy) => minus(elementwise("div", elementwise("mul", dy, y), b!)),
  ],
  // Where both are equal the first has the whole gradient.
  minimum: [
    ([a, b], _, dy) => elementwise("where", elementwise("greater", a!, b!), 0, dy),
    ([a, b], _, dy) => elementwise("where", elementwise("greater", a!, b!), dy, 0),
  ],
  maximum: [
    ([a, b], _, dy) => elementwise("where", elementwise("greater", b!, a!), 0, dy),
    ([a, b], _, dy) => elementwise("where", elementwise("greater", b!, a!), dy, 0),
  ],
  exp: [(_, y, dy) => elementwise("mul", dy, y)],
  log: [([x], _, dy) => elementwise("div", dy, x!)],
  sqrt: [(_, y, dy) => elementwise("div", dy, elementwise("mul", y, 2))],
  clamp: [([x, lo, hi], _, dy) => elementwise("mul", dy, elementwise("inside", x!, lo!, hi!))],
  where: [
    undefined,
    ([mask], _, dy) => elementwise("where", mask!, dy, 0),
    ([mask], _, dy) => elementwise("where", mask!, 0, dy),
  ],
  sigmoid: [(_, y, dy) => elementwise("mul", dy, elementwise("mul", y, elementwise("sub", 1, y)))],
  logSigmoid: [([x], _, dy) => elementwise("mul", dy, elementwise("sigmoid", minus(x as Tensor)))],
  gelu: [([x], _, dy) => elementwise("geluGrad", x!, dy)],
  swiglu: [
    ([gate, up], _, dy) => elementwise("swigluGradGate", gate!, up!, dy),
    ([gate], _, dy) => elementwise("swiglu", gate!, dy), // silu(gate) · dy
  ],
};

function differentiable(name: Name, operands: readonly Operand[]): Tensor<"f32"> {
  const y = elementwise(name, ...operands);
  const inputs = operands.map((operand) => typeof operand === "number" ? undefined : operand);
  const slope = slopes[name];
  if (slope) {
    record(name, inputs, [y], ([dy], grads) => {
      const shapes = broadcast(name, operands);
      slope.forEach((f, i) => {
        if (f && grads.wants(i)) grads.add(i, unbroadcast(f(operands, y, dy!), shapes, i));
      });
    });
  }
  return y;
}

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
