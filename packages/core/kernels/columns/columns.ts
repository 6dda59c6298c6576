/** Columns taken out of a matrix, and matrices put side by side. GPT-2's queries, keys and values are one product. */
import { record } from "../../autograd/tape.ts";
import type { Tensor } from "../../device/tensor.ts";
import { copyColumnsKernel } from "./kernel.ts";

/**
 * Takes a run of columns.
 *
 * @param x A tensor of shape [..., c].
 * @param from First column.
 * @param to Column after the last; `from ≤ to ≤ c`.
 * @returns A tensor of shape [..., to - from].
 * @throws {RangeError} If x lacks these columns.
 *
 * @example Usage
 * ```ts
 * import { openDevice, sliceColumns } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const y = sliceColumns(device.tensor([1, 2, 3, 4, 5, 6], [2, 3]), 1, 3);
 * assertEquals(await y.data(), Float32Array.of(2, 3, 5, 6));
 * ```
 */
export function sliceColumns(x: Tensor, from: number, to: number): Tensor<"f32"> {
  const { device, shape } = x;
  const total = shape.at(-1) ?? 0;
  if (!(Number.isInteger(from) && Number.isInteger(to) && shape.length > 0 && 0 <= from && from <= to && to <= total)) {
    throw new RangeError(
      `Cannot slice columns ${from} to ${to} of a tensor of shape [${shape}]: expected integers with ` +
        `0 ≤ from ≤ to ≤ ${total}`,
    );
  }
  const cols = to - from;
  const rows = total === 0 ? 0 : x.size / total;
  using scope = device.scope();
  const out = device.empty([...shape.slice(0, -1), cols]);
  copy(x, { cols: total, from }, out, { cols, from: 0 }, rows, cols);
  record("sliceColumns", [x], [out], ([dy], grads) => {
    const dx = grads.into(0) ?? device.zeros(shape);
    copy(dy!, { cols, from: 0 }, dx, { cols: total, from }, rows, cols, true);
    grads.add(0, dx);
  });
  return scope.keep(out);
}

/**
 * Puts tensors side by side.
 *
 * @param parts Tensors of shapes [..., cᵢ] that differ in their last length only; one at least.
 * @returns A tensor of shape [..., Σ cᵢ].
 * @throws {RangeError} If there is none, or their other lengths differ.
 *
 * @example Usage
 * ```ts
 * import { concatColumns, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const y = concatColumns([device.tensor([1, 2], [2, 1]), device.tensor([3, 4, 5, 6], [2, 2])]);
 * assertEquals(await y.data(), Float32Array.of(1, 3, 4, 2, 5, 6));
 * ```
 */
export function concatColumns(parts: readonly Tensor[]): Tensor<"f32"> {
  const [first] = parts;
  const front = first?.shape.slice(0, -1) ?? [];
  const fits = (x: Tensor) => x.shape.length > 0 && x.shape.slice(0, -1).join() === front.join();
  if (!first || !parts.every(fits)) {
    throw new RangeError(
      `Cannot concatenate the columns of tensors of shapes ${parts.map(({ shape }) => `[${shape}]`).join(", ")}: ` +
        `expected one at least, equal in all lengths but the last`,
    );
  }
  const { device } = first;
  const rows = front.reduce((a, b) => a * b, 1);
  const widths = parts.map(({ shape }) => shape.at(-1)!);
  const starts = widths.map((_, i) => widths.slice(0, i).reduce((a, b) => a + b, 0));
  const total = starts.at(-1)! + widths.at(-1)!;
  using scope = device.scope();
  const out = device.empty([...front, total]);
  parts.forEach((x, i) => {
    copy(x, { cols: widths[i]!, from: 0 }, out, { cols: total, from: starts[i]! }, rows, widths[i]!);
  });
  record("concatColumns", parts, [out], ([dy], grads) => {
    parts.forEach((x, i) => {
      if (!grads.wants(i)) return;
      const have = grads.into(i);
      const dx = have ?? device.empty(x.shape);
      const cols = widths[i]!;
      copy(dy!, { cols: total, from: starts[i]! }, dx, { cols, from: 0 }, rows, cols, have !== undefined);
      grads.add(i, dx);
    });
  });
  return scope.keep(out);
}

/** Where a run of columns lies: the matrix's number of columns, and the first of the run. */
interface Run {
  readonly cols: number;
  readonly from: number;
}

function copy(x: Tensor, at: Run, out: Tensor, to: Run, rows: number, cols: number, accumulate = false): void {
  out.device.run(copyColumnsKernel, { x, out }, {
    ...{ rows, cols, xCols: at.cols, xFrom: at.from, outCols: to.cols, outFrom: to.from },
    accumulate: accumulate ? 1 : 0,
  });
}
