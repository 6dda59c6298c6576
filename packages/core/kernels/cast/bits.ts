/** Integer tensors as kernels see them: 32 bits, signed or not. */
import { Tensor } from "../../device/tensor.ts";

/**
 * A second tensor over the same memory that kernels may bind as u32, whatever the dtype is. Dispose of it with `using`:
 * no scope knows it.
 */
export function bitsOf(tensor: Tensor): Tensor<"u32"> {
  return new Tensor(tensor.device, tensor.shape, "u32", tensor.storage);
}

/**
 * As {@linkcode bitsOf} for ids and positions. A negative id becomes a huge one, so that one comparison finds every id
 * out of range.
 *
 * @throws {TypeError} If the tensor is not of integers.
 */
export function idsOf(op: string, what: string, tensor: Tensor): Tensor<"u32"> {
  if (tensor.dtype === "f32") {
    throw new TypeError(
      `Cannot ${op} with ${what} of dtype f32 and shape [${tensor.shape}]: they must be i32 or u32; use cast()`,
    );
  }
  return bitsOf(tensor);
}
