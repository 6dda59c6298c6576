/** Gradients of a scalar function of a tree of parameters. */
import type { Device } from "../device/device.ts";
import { expect } from "../device/expect.ts";
import { type Storage, Tensor } from "../device/tensor.ts";
import { entriesOf, leaves, mapTree, type Tree } from "../device/tree.ts";
import { accumulate } from "../kernels/elementwise/accumulate.ts";
import { reshape } from "../kernels/reshape/reshape.ts";
import { Tape } from "./tape.ts";

/** What {@linkcode valueAndGrad} gives. */
export interface ValueAndGrad<P, A> {
  /** The function's value, a scalar. */
  value: Tensor<"f32">;
  /** Its gradient: a tree like the parameters, zero where the function does not use one. */
  grads: P;
  /** What the function returned beside its value. */
  aux: A;
}

/** Options of {@linkcode valueAndGrad}. */
export interface GradOptions<P> {
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
 * @throws {TypeError} If the function's value is no scalar, or does not depend on the parameters; if a parameter is not
 * f32, or on another device than the rest.
 * @throws {RangeError} If the tree holds a tensor twice, or `into` is no tree like it.
 * @throws {Error} If another `valueAndGrad` is running on the device: there are no second derivatives.
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
export function valueAndGrad<P extends Tree<P>, A extends Tree<A> = []>(
  f: (params: P) => Tensor | readonly [Tensor, A],
  params: P,
  options: GradOptions<P> = {},
): ValueAndGrad<P, A> {
  const entries = entriesOf(params);
  const device = check(entries);
  const parameters = entries.map(([, tensor]) => tensor);
  const scale = options.scale ?? 1;
  expect(Number.isFinite(scale), "a finite scale", "valueAndGrad", scale);
  using scope = device.scope();
  const tape = new Tape(device, parameters, scope);
  if (options.into) {
    const into = new Map(entriesOf(options.into));
    const taken = new Set(parameters.map(({ storage }) => storage));
    for (const [path, tensor] of entries) tape.seed(tensor, fitting(into, path, tensor, taken));
  }
  const result = tape.recording(() => {
    const [value, aux] = pair<A>(f(params));
    // A parameter that is the value itself: look at it through an alias, whose gradient is another than its own.
    return [parameters.includes(value) ? reshape(value, value.shape) : value, aux] as const;
  });
  const [value, aux] = result;
  if (value.size !== 1) {
    throw new TypeError(`Cannot differentiate a value of shape [${value.shape}]: reduce it with sum() or mean()`);
  }
  if (!tape.tracks(value)) throw new TypeError("Cannot differentiate: the value does not depend on the parameters");
  tape.backward([[value, device.full(value.shape, scale)]], new Set([value, ...leaves(aux)]));
  const grads = options.into ?? mapTree(params, (tensor) => own(tape.gradient(tensor), tensor));
  scope.keep(value);
  scope.keep(aux);
  scope.keep(grads);
  return { value, grads, aux };
}

/** Checks a tree of parameters. @returns Their device. */
function check(entries: readonly (readonly [string, Tensor])[]): Device {
  const device = entries[0]?.[1].device;
  if (!device) throw new TypeError("Cannot differentiate with respect to an empty tree of parameters");
  if (device.tape) throw new Error("Cannot call valueAndGrad within valueAndGrad: there are no second derivatives");
  const seen = new Map<Tensor, string>();
  for (const [path, tensor] of entries) {
    if (tensor.dtype !== "f32") throw new TypeError(`Cannot differentiate with respect to ${tensor}: it must be f32`);
    if (tensor.device !== device) {
      throw new TypeError(`Cannot differentiate with respect to tensors of two devices: "${path}" is on another one`);
    }
    if (seen.has(tensor)) {
      throw new RangeError(
        `Cannot differentiate with respect to a tree that holds one tensor at "${
          seen.get(tensor)
        }" and at "${path}": ` +
          `leave one out`,
      );
    }
    seen.set(tensor, path);
  }
  return device;
}

/** The gradient to add to at a path of the tree `into`; nobody else has its memory, the parameters neither. */
function fitting(
  into: ReadonlyMap<string, Tensor>,
  path: string,
  tensor: Tensor,
  taken: Set<Storage>,
): Tensor<"f32"> {
  const have = into.get(path);
  const fits = have?.dtype === "f32" && have.device === tensor.device && have.shape.join() === tensor.shape.join();
  if (!fits || have.storage.refs > 1 || taken.has(have.storage)) {
    throw new RangeError(
      `Expected \`into\` with an f32 tensor of shape [${tensor.shape}] at "${path}", on the parameter's device and over ` +
        `memory of its own, but found ${have ? `${have}` : "none"}`,
    );
  }
  taken.add(have.storage);
  return have as Tensor<"f32">;
}

/** What the function returned, as a value and the rest. */
function pair<A>(result: Tensor | readonly [Tensor, A]): readonly [Tensor<"f32">, A] {
  const [value, aux] = Array.isArray(result) ? result : [result, []];
  if (!(value instanceof Tensor)) {
    throw new TypeError(
      `Expected the function of valueAndGrad to return a tensor, or a pair of one and a tree, but found ` +
        `${value instanceof Promise ? "a promise: it cannot be async" : typeof value}`,
    );
  }
  return [value as Tensor<"f32">, aux as A];
}

/** A parameter's gradient over memory of its own: another's may be the same tensor, as those of a sum are. */
function own(gradient: Tensor<"f32"> | undefined, { device, shape }: Tensor): Tensor<"f32"> {
  if (gradient?.storage.refs === 1) return gradient;
  const copy = device.zeros(shape);
  if (gradient) accumulate(copy, gradient);
  gradient?.dispose();
  return copy;
}
