/**
 * Sums over rows, columns and everything, without recording.
 *
 * Sums over many rows are cut into a fixed number of parts, so their bits do not depend on the number of threads.
 */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel, rowParts, spread } from "../../backend/kernel.ts";
import type { Tensor } from "../../device/tensor.ts";
import { columnGroups, columnOfPart, workgroupSum } from "../wgsl.ts";

/** Parts of a sum over rows, and of a sum over everything. */
const sumParts = 32;

/** out[r] = scale · Σ_c x[r, c]; rows are `cols` long, the last one may be shorter: x has `n` elements. */
export const rowSumKernel: Kernel<"x" | "out", "rows" | "cols" | "n" | "scale"> = defineKernel({
  name: "row_sum",
  buffers: { x: "read f32", out: "write f32" },
  params: { rows: "u32", cols: "u32", n: "u32", scale: "f32" },
  workgroupSize: [64],
  declarations: workgroupSum(64),
  main: `
  let row = wid.x + wid.y * nwg.x;
  if (row >= p.rows) { return; }
  let end = min((row + 1) * p.cols, p.n);
  var total = 0.0;
  for (var i = row * p.cols + li; i < end; i += 64) { total += x[i]; }
  let sum = workgroup_sum(total, li);
  if (li == 0) { out[row] = sum * p.scale; }`,
  workgroups: ({ rows }) => spread(rows),
  cpu: [{ fn: "row_sum", parts: ({ rows, cols }) => rowParts(rows, cols) }],
});

/** out[part, c] = scale · the sum of x[r, c] over the rows r of each of `parts` parts. */
export const columnSumKernel: Kernel<"x" | "out", "rows" | "cols" | "parts" | "scale"> = defineKernel({
  name: "column_sum",
  buffers: { x: "read f32", out: "write f32" },
  params: { rows: "u32", cols: "u32", parts: "u32", scale: "f32" },
  workgroupSize: [64],
  main: `${columnOfPart}
  var total = 0.0;
  for (var row = part * each; row < end; row++) { total += x[row * p.cols + col]; }
  out[at] = total * p.scale;`,
  workgroups: ({ parts, cols }) => columnGroups(parts, cols),
  cpu: [{ fn: "column_sum", parts: ({ parts }) => parts, small: ({ rows, cols }) => rows * cols < partElements }],
});

/** Sums runs of `cols` elements, times `scale`, into a tensor of the given shape. */
export function rowSum(x: Tensor, shape: readonly number[], cols: number, scale = 1): Tensor<"f32"> {
  using scope = x.device.scope();
  const out = x.device.empty(shape);
  const rows = out.size;
  if (rows > 0) x.device.run(rowSumKernel, { x, out }, { rows, cols, n: rows * cols, scale });
  return scope.keep(out);
}

/** Sums each column of x[rows, cols], times `scale`. */
export function columnSum(x: Tensor, rows: number, cols: number, scale = 1): Tensor<"f32"> {
  const { device } = x;
  using scope = device.scope();
  const out = device.empty([cols]);
  if (cols === 0) return out;
  const partial = device.empty([sumParts, cols]);
  device.run(columnSumKernel, { x, out: partial }, { rows, cols, parts: sumParts, scale: 1 });
  device.run(columnSumKernel, { x: partial, out }, { rows: sumParts, cols, parts: 1, scale });
  return scope.keep(out);
}

/** Sums every element, times `scale`; a scalar. */
export function totalSum(x: Tensor, scale = 1): Tensor<"f32"> {
  const { device } = x;
  using scope = device.scope();
  const out = device.empty([]);
  const partial = device.empty([sumParts]);
  const cols = ceilDiv(x.size, sumParts);
  device.run(rowSumKernel, { x, out: partial }, { rows: sumParts, cols, n: x.size, scale: 1 });
  device.run(rowSumKernel, { x: partial, out }, { rows: 1, cols: sumParts, n: sumParts, scale });
  return scope.keep(out);
}
