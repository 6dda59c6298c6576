/**
 * RMSNorm and LayerNorm, alone or of a sum x + residual: one kernel forward and two backward serve all four.
 *
 * A row is one workgroup's on WebGPU and one thread's on the CPU, so its bits do not depend on the batch around it.
 */
import { partElements } from "../../backend/cpu/sizes.ts";
import { defineKernel, type Kernel, rowParts, spread } from "../../backend/kernel.ts";
import { columnGroups, columnOfPart, workgroupSum } from "../wgsl.ts";

/** Parts into which the weight's gradient cuts the rows. */
export const weightParts = 32;

type NormBuffers = "x" | "residual" | "weight" | "bias" | "out" | "sum" | "stats";

/**
 * out = (s - mean) · rstd · weight (+ bias), s = x (+ residual); stats[row] = mean, rstd.
 *
 * `centred` is LayerNorm: RMSNorm has mean 0 and no bias. `fused` adds the residual and writes s to `sum`.
 */
export const normKernel: Kernel<NormBuffers, "rows" | "cols" | "eps" | "centred" | "fused"> = defineKernel({
  name: "norm",
  buffers: {
    ...{ x: "read f32", residual: "read f32", weight: "read f32", bias: "read f32" },
    ...{ out: "write f32", sum: "write f32", stats: "write f32" },
  },
  params: { rows: "u32", cols: "u32", eps: "f32", centred: "u32", fused: "u32" },
  workgroupSize: [64],
  declarations: `${workgroupSum(64)}
fn source(at: u32) -> f32 {
  if (p.fused == 1) { return x[at] + residual[at]; }
  return x[at];
}`,
  main: `
  let row = wid.x + wid.y * nwg.x;
  if (row >= p.rows) { return; }
  let first = row * p.cols;
  let count = f32(p.cols);
  var mean = 0.0;
  if (p.centred == 1) {
    var s = 0.0;
    for (var i = li; i < p.cols; i += 64) { s += source(first + i); }
    mean = workgroup_sum(s, li) / count;
  }
  var squares = 0.0;
  for (var i = li; i < p.cols; i += 64) {
    let d = source(first + i) - mean;
    squares += d * d;
  }
  let rstd = 1.0 / sqrt(workgroup_sum(squares, li) / count + p.eps);
  for (var i = li; i < p.cols; i += 64) {
    let s = source(first + i);
    var y = (s - mean) * rstd * weight[i];
    if (p.centred == 1) { y += bias[i]; }
    if (p.fused == 1) { sum[first + i] = s; }
    out[first + i] = y;
  }
  if (li == 0) {
    stats[2 * row] = mean;
    stats[2 * row + 1] = rstd;
  }`,
  workgroups: ({ rows }) => spread(rows),
  cpu: [{ fn: "norm", parts: ({ rows, cols }) => rowParts(rows, cols) }],
});

type NormGradBuffers = "dy" | "x" | "weight" | "stats" | "dsum" | "dx";

/** dx (+)= rstd · (g - mean(g) - x̂ · mean(g · x̂)) (+ dsum), g = dy · weight; RMSNorm lacks the second term. */
export const normGradKernel: Kernel<NormGradBuffers, "rows" | "cols" | "centred" | "hasDsum" | "accumulate"> =
  defineKernel({
    name: "norm_grad",
    buffers: {
      ...{ dy: "read f32", x: "read f32", weight: "read f32", stats: "read f32", dsum: "read f32" },
      ...{ dx: "write f32" },
    },
    params: { rows: "u32", cols: "u32", centred: "u32", hasDsum: "u32", accumulate: "u32" },
    workgroupSize: [64],
    declarations: workgroupSum(64),
    main: `
  let row = wid.x + wid.y * nwg.x;
  if (row >= p.rows) { return; }
  let first = row * p.cols;
  let mean = stats[2 * row];
  let rstd = stats[2 * row + 1];
  var slopes = 0.0;
  var slants = 0.0;
  for (var i = li; i < p.cols; i += 64) {
    let g = dy[first + i] * weight[i];
    slopes += g;
    slants += g * ((x[first + i] - mean) * rstd);
  }
  var level = 0.0;
  if (p.centred == 1) { level = workgroup_sum(slopes, li) / f32(p.cols); }
  let slant = workgroup_sum(slants, li) / f32(p.cols);
  for (var i = li; i < p.cols; i += 64) {
    let at = first + i;
    let normed = (x[at] - mean) * rstd;
    var d = rstd * (dy[at] * weight[i] - level - normed * slant);
    if (p.hasDsum == 1) { d += dsum[at]; }
    if (p.accumulate == 1) { d += dx[at]; }
    dx[at] = d;
  }`,
    workgroups: ({ rows }) => spread(rows),
    cpu: [{ fn: "norm_grad", parts: ({ rows, cols }) => rowParts(rows, cols) }],
  });

/** out[part, c] = Σ dy[r, c] · x̂[r, c] over the rows of each of `parts` parts: a sum over parts makes it the weight's gradient. */
export const normWeightGradKernel: Kernel<"dy" | "x" | "stats" | "out", "rows" | "cols" | "parts"> = defineKernel({
  name: "norm_weight_grad",
  buffers: { dy: "read f32", x: "read f32", stats: "read f32", out: "write f32" },
  params: { rows: "u32", cols: "u32", parts: "u32" },
  workgroupSize: [64],
  main: `${columnOfPart}
  var total = 0.0;
  for (var row = part * each; row < end; row++) {
    let i = row * p.cols + col;
    total += dy[i] * ((x[i] - stats[2 * row]) * stats[2 * row + 1]);
  }
  out[at] = total;`,
  workgroups: ({ parts, cols }) => columnGroups(parts, cols),
  cpu: [{ fn: "norm_weight_grad", parts: ({ parts }) => parts, small: ({ rows, cols }) => rows * cols < partElements }],
});
