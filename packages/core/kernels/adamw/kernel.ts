/**
 * AdamW with clipping by the global norm: sums of squares of each gradient, then one coefficient for all of them, then
 * the update of each parameter. The coefficient stays on the device.
 */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel } from "../../backend/kernel.ts";
import { eachElement, elementGroups, workgroupSum } from "../wgsl.ts";

/** Parts of a tensor's sum of squares: a function of its size alone. */
export function sumParts(n: number): number {
  return Math.min(1024, Math.max(1, ceilDiv(n, partElements)));
}

/** partials[offset + i] = the sum of x² over part i of x. */
export const sumSquaresKernel: Kernel<"x" | "partials", "n" | "parts" | "offset"> = defineKernel({
  name: "sum_squares",
  buffers: { x: "read f32", partials: "write f32" },
  params: { n: "u32", parts: "u32", offset: "u32" },
  workgroupSize: [64],
  declarations: workgroupSum(64),
  main: `
  let each = (p.n + p.parts - 1) / p.parts;
  let end = min((wid.x + 1) * each, p.n);
  var total = 0.0;
  for (var i = wid.x * each + li; i < end; i += 64) { total += x[i] * x[i]; }
  let sum = workgroup_sum(total, li);
  if (li == 0) { partials[p.offset + wid.x] = sum; }`,
  workgroups: ({ parts }) => [parts],
  cpu: [{ fn: "sum_squares", parts: ({ parts }) => parts }],
});

/** norm = √Σ partials; clip[0] = min(1, maxNorm / (norm + 1e-6)); clip[1] = 1, or 0 if the norm is not finite. */
export const clipKernel: Kernel<"partials" | "norm" | "clip", "n" | "maxNorm"> = defineKernel({
  name: "clip_coefficient",
  buffers: { partials: "read f32", norm: "write f32", clip: "write f32" },
  params: { n: "u32", maxNorm: "f32" },
  workgroupSize: [256],
  declarations: workgroupSum(256),
  main: `
  var total = 0.0;
  for (var i = li; i < p.n; i += 256) { total += partials[i]; }
  let square = workgroup_sum(total, li);
  if (li > 0) { return; }
  clip[0] = 1.0;
  clip[1] = 1.0;
  norm[0] = square;
  if ((bitcast<u32>(square) & 0x7f800000u) == 0x7f800000u) {
    clip[1] = 0.0; // by the bits: comparisons with NaN may be optimised away
  } else {
    let length = sqrt(square);
    norm[0] = length;
    clip[0] = min(1.0, p.maxNorm / (length + 1e-6));
  }`,
  workgroups: () => [1],
  cpu: [{ fn: "clip_coefficient", parts: () => 1 }],
});

/**
 * One step, in place, unless clip[1] is 0: g = clip[0] · gradient; m += rest1 (g − m); v = beta2 v + rest2 g²;
 * x = keep x − stepSize m / (correction √v + epsilon).
 */
export const adamwKernel: Kernel<
  "gradient" | "clip" | "x" | "m" | "v",
  "n" | "keep" | "rest1" | "beta2" | "rest2" | "stepSize" | "correction" | "epsilon"
> = defineKernel({
  name: "adamw",
  buffers: { gradient: "read f32", clip: "read f32", x: "write f32", m: "write f32", v: "write f32" },
  params: {
    ...{ n: "u32", keep: "f32", rest1: "f32", beta2: "f32" },
    ...{ rest2: "f32", stepSize: "f32", correction: "f32", epsilon: "f32" },
  },
  workgroupSize: [64],
  main: "if (clip[1] == 0.0) { return; }" + eachElement(
    "p.n",
    `
    let g = gradient[at] * clip[0];
    let mean = m[at] + p.rest1 * (g - m[at]);
    let square = p.beta2 * v[at] + p.rest2 * g * g;
    m[at] = mean;
    v[at] = square;
    x[at] = p.keep * x[at] - p.stepSize * mean / (p.correction * sqrt(square) + p.epsilon);`,
  ),
  workgroups: ({ n }) => elementGroups(n),
  cpu: [{ fn: "adamw", parts: ({ n }) => ceilDiv(n, partElements) }],
});
