/** Rows written into a tensor that is already there. */
import { tapeOf } from "../../autograd/tape.ts";
import type { Tensor } from "../../device/tensor.ts";
import { bitsOf, idsOf } from "../cast/bits.ts";
import { writeRowsKernel } from "./kernel.ts";

/**
 * Overwrites rows of a tensor: row `ids[t]` of `out` becomes row t of `x`. It is for caches, and has no gradient.
 *
 * @param out A tensor of shape [rows, c], changed in place.
 * @param x A tensor of shape [tokens, c] and of the dtype of `out`.
 * @param ids Where each row goes: i32 or u32 of shape [tokens], each id once. Negative ones, and those of `rows` or more, are left out.
 * @throws {RangeError} If the shapes do not fit.
 * @throws {TypeError} If ids are not integers, the dtypes differ, or a running `valueAndGrad` wants a gradient of `x`.
 * @throws {Error} If a running `valueAndGrad` needs what `out` holds.
 *
 * @example Usage
 * ```ts
 * import { openDevice, writeRows } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const cache = device.zeros([3, 2]);
 * writeRows(cache, device.tensor([1, 2, 3, 4], [2, 2]), device.tensor(Int32Array.of(2, 0)));
 * assertEquals(await cache.data(), Float32Array.of(3, 4, 0, 0, 1, 2));
 * ```
 */
export function writeRows(out: Tensor, x: Tensor, ids: Tensor): void {
  const [tokens, cols] = x.shape as [number, number];
  const fits = out.shape.length === 2 && x.shape.length === 2 && out.shape[1] === cols;
  if (!fits || ids.shape.join() !== `${tokens}`) {
    throw new RangeError(
      `Cannot writeRows of shape [${x.shape}] with ids of shape [${ids.shape}] into a tensor of shape [${out.shape}]: ` +
        `they need [tokens, c], [tokens] and [rows, c]`,
    );
  }
  if (x.dtype !== out.dtype) {
    throw new TypeError(`Cannot writeRows of ${x} into ${out}: they need one dtype; use cast()`);
  }
  if (tapeOf(x.device)?.tracks(x)) {
    throw new TypeError(
      `Cannot differentiate through writeRows of ${x}: run the whole sequence without a cache where gradients are wanted`,
    );
  }
  if (out.device.tape?.holds(out)) {
    throw new Error(`Cannot writeRows into ${out}: the backward pass of a running valueAndGrad needs what it holds`);
  }
  using which = idsOf("writeRows", "ids", ids);
  using from = bitsOf(x);
  using to = bitsOf(out);
  out.device.run(writeRowsKernel, { x: from, ids: which, out: to }, { tokens, cols, rows: out.shape[0]! });
}
