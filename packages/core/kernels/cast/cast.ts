/** The same numbers in another dtype. */
import { record } from "../../autograd/tape.ts";
import type { DType } from "../../backend/dtype.ts";
import type { Tensor } from "../../device/tensor.ts";
import { bitsOf } from "./bits.ts";
import { castCodes, castKernel } from "./kernel.ts";

/**
 * Converts a tensor's elements.
 *
 * Floats lose their fraction; those out of range become the nearest integer, and NaN becomes 0. Between i32 and u32
 * the bits stay, so -1 becomes 4,294,967,295. Gradients flow from f32 to f32 only.
 *
 * @param x A tensor.
 * @param dtype The dtype to convert to.
 * @returns A tensor of the same shape; over the same memory if x has that dtype already.
 * @throws {TypeError} If x is disposed.
 *
 * @example Usage
 * ```ts
 * import { cast, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * assertEquals(await cast(device.tensor([1.9, -1.9]), "i32").data(), Int32Array.of(1, -1));
 * ```
 */
export function cast<D extends DType>(x: Tensor, dtype: D): Tensor<D> {
  const { device } = x;
  if (!(dtype in castCodes)) throw new TypeError(`Cannot cast ${x} to "${dtype}": expected "f32", "i32" or "u32"`);
  if (x.dtype === dtype) {
    const same = device.alias(x);
    if (dtype === "f32") record("cast", [x], [same], ([dy], grads) => grads.add(0, dy!));
    return same as Tensor<D>;
  }
  using from = bitsOf(x);
  const out = device.empty(x.shape, dtype);
  using to = bitsOf(out);
  device.run(castKernel, { x: from, out: to }, { n: x.size, code: castCodes[x.dtype][dtype] });
  return out;
}
