/**
 * Row statistics of logits that come in chunks of columns, and the gradient of a chunk.
 *
 * With z the raw logits of a row, m their largest so far and d = (z − m) · scale, a row carries Σ eᵈ and Σ d·eᵈ from
 * chunk to chunk. `state` holds m and Σ eᵈ, after the last chunk m and log Σ eᵈ; `entropy` meanwhile holds Σ d·eᵈ and
 * `logProb` the target's raw logit, NaN until a chunk has it. On WebGPU one workgroup has a row.
 */
import { ceilDiv, defineKernel, type Kernel, spread } from "../../backend/kernel.ts";
import { workgroupSum } from "../wgsl.ts";

/** Logits lower than the largest by more than this add nothing: e to it is the smallest normal number. */
const lowest = "-87.33654";
/** Not max(), which loses NaN on some adapters. */
const clampDown = `
fn clamp_down(x: f32) -> f32 { return select(x, ${lowest}, x < ${lowest}); }`;
const sixteenRows = ({ rows }: { readonly rows: number }) => ceilDiv(rows, 16); // as in log_prob.as.ts

/** Takes a chunk of logits into the statistics of its rows. */
export const logProbKernel: Kernel<
  "logits" | "targets" | "state" | "logProb" | "entropy" | "argmax",
  "row" | "rows" | "col" | "cols" | "vocabulary" | "scale" | "invalid"
> = defineKernel({
  name: "log_prob",
  buffers: {
    logits: "read f32",
    targets: "read u32",
    state: "write f32",
    logProb: "write f32",
    entropy: "write f32",
    argmax: "write u32",
  },
  params: {
    ...{ row: "u32", rows: "u32", col: "u32", cols: "u32" }, // the chunk: rows from `row` on, columns from `col` on
    ...{ vocabulary: "u32", scale: "f32", invalid: "f32" },
  },
  workgroupSize: [64],
  declarations: `
var<workgroup> best: array<f32, 64>;
var<workgroup> place: array<u32, 64>;${workgroupSum(64, "vec2f")}${clampDown}`,
  main: `
  let chunk_row = wid.x + wid.y * nwg.x;
  if (chunk_row >= p.rows) { return; }
  let row = p.row + chunk_row;
  let start = chunk_row * p.cols;
  var top = -3.4028234e38;
  var at = 0u;
  for (var j = li; j < p.cols; j += 64) {
    let z = logits[start + j];
    if (z > top) { top = z; at = j; }
  }
  best[li] = top;
  place[li] = at;
  workgroupBarrier();
  for (var half = 32u; half > 0; half /= 2) {
    if (li < half) {
      let other = li + half;
      if (best[other] > best[li] || (best[other] == best[li] && place[other] < place[li])) {
        best[li] = best[other];
        place[li] = place[other];
      }
    }
    workgroupBarrier();
  }
  var before = -3.4028234e38;
  if (p.col > 0) { before = state[2 * row]; }
  let m = max(before, best[0]);
  var part = vec2f();
  for (var j = li; j < p.cols; j += 64) {
    let d = clamp_down((logits[start + j] - m) * p.scale);
    let e = exp(d);
    part += vec2f(e, d * e);
  }
  let sum = workgroup_sum(part, li);
  if (li > 0) { return; }
  var s = 0.0;
  var u = 0.0;
  var z = p.invalid;
  var index = 0u;
  if (p.col > 0) {
    let shift = clamp_down((before - m) * p.scale);
    let factor = exp(shift);
    s = state[2 * row + 1] * factor;
    u = (entropy[row] + shift * state[2 * row + 1]) * factor;
    z = logProb[row];
    index = argmax[row];
  }
  if (best[0] > before) { index = p.col + place[0]; }
  s += sum.x;
  u += sum.y;
  let target_at = targets[row] - p.col;
  if (target_at < p.cols) { z = logits[start + target_at]; }
  argmax[row] = index;
  state[2 * row] = m;
  if (p.col + p.cols < p.vocabulary) {
    state[2 * row + 1] = s;
    entropy[row] = u;
    logProb[row] = z;
  } else {
    let log_s = log(s);
    state[2 * row + 1] = log_s;
    entropy[row] = log_s - u / s;
    logProb[row] = (z - m) * p.scale - log_s;
  }`,
  workgroups: ({ rows }) => spread(rows),
  cpu: [{ fn: "log_prob", parts: sixteenRows, small: ({ rows, cols }) => rows * cols < 4096 }],
});

/**
 * Overwrites raw logits with the gradient that reaches them:
 * scale · (a ([j = target] − pⱼ) − e pⱼ (log pⱼ + H)), where a and e reach the log-probability and the entropy.
 */
export const logProbGradKernel: Kernel<
  "targets" | "state" | "entropy" | "dLogProb" | "dEntropy" | "logits",
  "row" | "rows" | "col" | "cols" | "vocabulary" | "hasLogProb" | "hasEntropy" | "scale" | "invalid"
> = defineKernel({
  name: "log_prob_grad",
  buffers: {
    targets: "read u32",
    state: "read f32",
    entropy: "read f32",
    dLogProb: "read f32",
    dEntropy: "read f32",
    logits: "write f32",
  },
  params: {
    ...{ row: "u32", rows: "u32", col: "u32", cols: "u32", vocabulary: "u32" },
    ...{ hasLogProb: "u32", hasEntropy: "u32", scale: "f32", invalid: "f32" },
  },
  workgroupSize: [64],
  declarations: clampDown,
  main: `
  let chunk_row = wid.x + wid.y * nwg.x;
  if (chunk_row >= p.rows) { return; }
  let row = p.row + chunk_row;
  var a = 0.0;
  var e = 0.0;
  if (p.hasLogProb == 1) { a = dLogProb[row]; }
  if (p.hasEntropy == 1) { e = dEntropy[row]; }
  if (targets[row] >= p.vocabulary && a != 0.0) { a = p.invalid; }
  let target_at = targets[row] - p.col;
  for (var j = li; j < p.cols; j += 64) {
    let at = chunk_row * p.cols + j;
    let l = clamp_down((logits[at] - state[2 * row]) * p.scale - state[2 * row + 1]);
    var g = -exp(l) * (a + e * (l + entropy[row]));
    if (j == target_at) { g += a; }
    logits[at] = g * p.scale;
  }`,
  workgroups: ({ rows }) => spread(rows),
  cpu: [{ fn: "log_prob_grad", parts: sixteenRows, small: ({ rows, cols }) => rows * cols < 4096 }],
});
