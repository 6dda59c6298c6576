/** One kernel for every elementwise operation: the code of the operation is a parameter, so one shader serves all. */
import { ceilDiv, defineKernel, type Kernel, spread } from "../../backend/kernel.ts";
import type { Tensor } from "../../device/tensor.ts";
import { broadcast, type Operand, type Steps } from "./broadcast.ts";
import { type Name, table } from "./table.ts";

const cases = Object.values(table).map(({ code, wgsl }) => `    case ${code}: { r = ${wgsl}; }`);

/** out[i] = f(x[…], y[…], z[…]); an operand is read at row · step0 + column · step1, or is one number. */
export const elementwiseKernel: Kernel<"x" | "y" | "z" | "out", string> = defineKernel({
  name: "elementwise",
  buffers: { x: "read f32", y: "read f32", z: "read f32", out: "write f32" },
  params: {
    code: "u32",
    rows: "u32",
    cols: "u32",
    ...{ xRow: "u32", xCol: "u32", xIs: "u32", xValue: "f32" },
    ...{ yRow: "u32", yCol: "u32", yIs: "u32", yValue: "f32" },
    ...{ zRow: "u32", zCol: "u32", zIs: "u32", zValue: "f32" },
  },
  workgroupSize: [64],
  declarations: `
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
fn gelu_u(x: f32) -> f32 { return 1.5957691216057308 * (x + 0.044715 * x * x * x); }
fn gelu_slope(x: f32) -> f32 {
  let s = sigmoid(gelu_u(x));
  return s + x * s * (1.0 - s) * 1.5957691216057308 * (1.0 + 0.134145 * x * x);
}
fn silu_slope(x: f32) -> f32 { let s = sigmoid(x); return s * (1.0 + x * (1.0 - s)); }
fn apply(x: f32, y: f32, z: f32) -> f32 {
  var r = 0.0;
  switch p.code {
${cases.join("\n")}
    default: {}
  }
  return r;
}`,
  main: `
  let first = (wid.x + wid.y * nwg.x) * 256 + li;
  for (var i = 0u; i < 4; i++) {
    let at = first + i * 64;
    if (at < p.rows * p.cols) {
      let row = at / p.cols;
      let col = at - row * p.cols;
      out[at] = apply(
        select(x[row * p.xRow + col * p.xCol], p.xValue, p.xIs == 1),
        select(y[row * p.yRow + col * p.yCol], p.yValue, p.yIs == 1),
        select(z[row * p.zRow + col * p.zCol], p.zValue, p.zIs == 1),
      );
    }
  }`,
  workgroups: ({ rows, cols }) => spread(ceilDiv(rows! * cols!, 256)),
  cpu: [{ fn: "elementwise", parts: ({ rows, cols }) => cpuParts(rows!, cols!) }],
});

/** Parts on the CPU: some 16,384 elements each; a single row is cut by columns. As in `elementwise.as.ts`. */
function cpuParts(rows: number, cols: number): number {
  if (rows === 1) return Math.max(1, ceilDiv(cols, 16384));
  return ceilDiv(rows, Math.max(1, Math.floor(16384 / Math.max(cols, 1))));
}

/** Runs an elementwise operation without recording it. */
export function elementwise(name: Name, ...operands: readonly Operand[]): Tensor<"f32"> {
  const { shape, rows, cols, steps } = broadcast(name, operands);
  const { device } = operands.find((operand): operand is Tensor => typeof operand !== "number")!;
  const out = device.empty(shape);
  if (out.size > 0) apply(name, operands, rows, cols, steps, out);
  return out;
}

/** Runs an elementwise operation into a tensor, which must be none of the operands. */
export function apply(
  name: Name,
  operands: readonly Operand[],
  rows: number,
  cols: number,
  steps: readonly Steps[],
  out: Tensor,
): void {
  const params: Record<string, number> = { code: table[name].code, rows, cols };
  const buffers: Record<string, Tensor | undefined> = { out };
  ["x", "y", "z"].forEach((letter, i) => {
    const operand = operands[i] ?? 0;
    const constant = typeof operand === "number";
    params[`${letter}Row`] = steps[i]?.[0] ?? 0;
    params[`${letter}Col`] = steps[i]?.[1] ?? 0;
    params[`${letter}Is`] = constant ? 1 : 0;
    params[`${letter}Value`] = constant ? operand : 0;
    buffers[letter] = constant ? undefined : operand;
  });
  out.device.run(elementwiseKernel, buffers as Record<"x" | "y" | "z" | "out", Tensor | undefined>, params);
}
