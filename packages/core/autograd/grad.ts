/** Gradients of a scalar function of a tree of parameters. */
import type { Tensor } from "../device/tensor.ts";
import { leaves, mapTree, type Tree } from "../device/tree.ts";
import { Tape } from "./tape.ts";

/** What {@linkcode valueAndGrad} gives. */
export interface ValueAndGrad<P extends Tree, A extends Tree> {
  /** The function's value, a scalar. */
  value: Tensor<"f32">;
  /** Its gradient: a tree like the parameters, zero where the function does not use one. */
  grads: P;
  /** What the function returned beside its value. */
  aux: A;
}

/** Options of {@linkcode valueAndGrad}. */
export interface GradOptions<P extends Tree> {
  /** Gradients to add to, in place: how gradients accumulate over micro-batches. By default new ones are made. */
  into?: P;
  /**
   * The gradient that the value starts with: gradients come out multiplied by it.
   *
   * @default {1}
   */
  scale?: number;
}

/**
 * Runs a function and its backward pass.
 *
 * Every tensor that the function makes is freed by the time this returns, except the value, the gradients and what
 * the function returns as `aux`.
 *
 * @param f Takes the parameters and returns a scalar tensor, or a pair of it and a tree of further tensors to keep.
 * @param params The parameters: a tree of float32 tensors.
 * @param options Where to add gradients, and their scale.
 * @returns The value, the gradients, and `aux` (an empty list if the function returns a scalar alone).
 * @throws {TypeError} If the function's value is no scalar, or does not depend on the parameters.
 *
 * @example The gradient of Σ x² is 2x
 * ```ts
 * import { mul, openDevice, sum, valueAndGrad } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const { value, grads } = valueAndGrad((p) => sum(mul(p.x, p.x)), { x: device.tensor([1, 2, 3]) });
 * assertEquals(await value.item(), 14);
 * assertEquals(await grads.x.data(), Float32Array.of(2, 4, 6));
 * ```
 */
export function valueAndGrad<P extends Tree, A extends Tree = []>(
  f: (params: P) => Tensor | readonly [Tensor, A],
  params: P,
  options: GradOptions<P> = {},
): ValueAndGrad<P, A> {
  const parameters = leaves(params);
  const device = parameters[0]?.device;
  if (!device) throw new TypeError("Cannot differentiate with respect to an empty tree of parameters");
  for (const tensor of parameters) {
    if (tensor.dtype !== "f32") throw new TypeError(`Cannot differentiate with respect to ${tensor}: it must be f32`);
  }
  using scope = device.scope();
  const tape = new Tape(device, parameters, scope);
  if (options.into) {
    const into = leaves(options.into);
    parameters.forEach((tensor, i) => tape.seed(tensor, into[i] as Tensor<"f32">));
  }
  const result = tape.recording(() => f(params));
  const [value, aux] = (Array.isArray(result) ? result : [result, []]) as [Tensor<"f32">, A];
  if (value.size !== 1) {
    throw new TypeError(`Cannot differentiate a value of shape [${value.shape}]: reduce it with sum() or mean()`);
  }
  if (!tape.tracks(value)) throw new TypeError("Cannot differentiate: the value does not depend on the parameters");
  tape.backward(value, device.full(value.shape, options.scale ?? 1), new Set([value, ...leaves(aux)]));
  const grads = options.into ??
    mapTree(params, (tensor) => tape.gradient(tensor) ?? device.zeros(tensor.shape));
  scope.keep(value);
  scope.keep(aux);
  scope.keep(grads);
  return { value, grads, aux };
}
