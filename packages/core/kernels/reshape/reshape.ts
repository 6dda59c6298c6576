/** The same elements under another shape, without a copy. */
import { record } from "../../autograd/tape.ts";
import type { DType } from "../../backend/dtype.ts";
import type { Tensor } from "../../device/tensor.ts";

/**
 * Looks at a tensor's memory under another shape.
 *
 * @param x A tensor.
 * @param shape Lengths with the same product as x's.
 * @returns A tensor over the same memory; the memory lives as long as either.
 * @throws {RangeError} If the sizes differ, or a length is no integer of 0 or more.
 *
 * @example Usage
 * ```ts
 * import { openDevice, reshape } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using x = device.tensor([1, 2, 3, 4]);
 * using y = reshape(x, [2, 2]);
 * assertEquals(y.shape, [2, 2]);
 * ```
 */
export function reshape<D extends DType>(x: Tensor<D>, shape: readonly number[]): Tensor<D> {
  const y = x.device.alias(x, shape);
  record("reshape", [x], [y], ([dy], grads) => grads.add(0, dy!));
  return y;
}
