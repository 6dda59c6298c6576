/** Differentiable rotary position embedding. */
import { record } from "../../autograd/tape.ts";
import type { Tensor } from "../../device/tensor.ts";
import { idsOf } from "../cast/bits.ts";
import { ropeKernel } from "./kernel.ts";

/** How {@linkcode rope} reads a row. */
export interface RopeOptions {
  /** Heads of a row. */
  heads: number;
}

/**
 * Turns queries or keys by their positions: elements i and i + dim/2 of each head are a point in the plane (the order
 * of Hugging Face's models). Elements past the table's `dim` stay.
 *
 * @param x A tensor of shape [tokens, heads · headDim].
 * @param positions The tokens' positions, i32 or u32 of shape [tokens]. A position that the table lacks gives a row of NaN.
 * @param table The angles, [count, dim] with dim ≤ headDim, the head width; see {@linkcode ropeTable}.
 * @param options The number of heads.
 * @returns A tensor of x's shape.
 * @throws {RangeError} If the shapes do not fit.
 * @throws {TypeError} If positions are not integers.
 *
 * @example Usage
 * ```ts
 * import { openDevice, rope, ropeTable } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const table = ropeTable(device, { dim: 2, positions: 10 });
 * const y = rope(device.tensor([1, 0], [1, 2]), device.tensor(Int32Array.of(3)), table, { heads: 1 });
 * const [cos, sin] = await y.data();
 * assertAlmostEquals(cos!, Math.cos(3), 1e-6);
 * assertAlmostEquals(sin!, Math.sin(3), 1e-6);
 * ```
 */
export function rope(x: Tensor, positions: Tensor, table: Tensor, options: RopeOptions): Tensor<"f32"> {
  const { heads } = options;
  const [rows, cols] = x.shape as [number, number];
  const [count, dim] = table.shape as [number, number];
  const headDim = cols / heads;
  if (x.shape.length !== 2 || !Number.isInteger(heads) || heads < 1 || !Number.isInteger(headDim)) {
    throw new RangeError(
      `Cannot rope a tensor of shape [${x.shape}] with ${heads} heads: it needs [tokens, ${heads} · headDim]`,
    );
  }
  if (positions.shape.join() !== `${rows}`) {
    throw new RangeError(
      `Cannot rope a tensor of shape [${x.shape}] with positions of shape [${positions.shape}]: they need [${rows}]`,
    );
  }
  if (table.shape.length !== 2 || dim % 2 !== 0 || dim > headDim) {
    throw new RangeError(
      `Cannot rope heads of width ${headDim} with a table of shape [${table.shape}]: it needs [count, dim] with an ` +
        `even dim ≤ ${headDim}; make it with ropeTable()`,
    );
  }
  const turn = (x: Tensor, sign: number) => {
    using ids = idsOf("rope", "positions", positions);
    using scope = x.device.scope();
    const out = x.device.empty(x.shape);
    const buffers = { x, positions: ids, table, out };
    x.device.run(ropeKernel, buffers, { rows, heads, headDim, dim, count, sign, missing: NaN });
    return scope.keep(out);
  };
  const out = turn(x, 1);
  record("rope", [x, positions, table], [out], ([dy], grads) => {
    if (grads.wants(0)) grads.add(0, turn(dy!, -1));
  });
  return out;
}
