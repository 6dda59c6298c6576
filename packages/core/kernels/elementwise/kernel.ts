/**
 * The elementwise kernels: one shader an operation, one CPU function for all. One shader that switches on a parameter
 * would compile once, but Mesa's software driver then takes 1.3 ms instead of 0.05 ms a dispatch, whatever its size.
 */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel, rowParts } from "../../backend/kernel.ts";
import type { Tensor } from "../../device/tensor.ts";
import { eachElement, elementGroups } from "../wgsl.ts";
import { broadcast, type Operand, type Steps } from "./broadcast.ts";
import { type Name, table } from "./table.ts";

type Letter = "x" | "y" | "z";
type Buffer = Letter | "out";

/** out[i] = f(x[…], y[…], z[…]); an operand is read at row · step + column · step, or is one number. */
function elementwiseKernel(name: Name): Kernel<Buffer, string> {
  const { wgsl } = table[name];
  // Within the loop an operand's element has the name of its buffer, and hides it.
  const operand = (letter: Letter) =>
    new RegExp(`\\b${letter}\\b`).test(wgsl)
      ? `let ${letter} = select(${letter}[row * p.${letter}Row + col * p.${letter}Col], p.${letter}Value, p.${letter}Is == 1);`
      : "";
  return defineKernel({
    name,
    buffers: { x: "read f32", y: "read f32", z: "read f32", out: "write f32" },
    params: {
      ...{ code: "u32", rows: "u32", cols: "u32" }, // `code` is for the CPU, whose one function serves every operation
      ...{ xRow: "u32", xCol: "u32", xIs: "u32", xValue: "f32" },
      ...{ yRow: "u32", yCol: "u32", yIs: "u32", yValue: "f32" },
      ...{ zRow: "u32", zCol: "u32", zIs: "u32", zValue: "f32" },
    },
    workgroupSize: [64],
    declarations: `
fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(-x)); }
fn gelu_u(x: f32) -> f32 { return 1.5957691216057308 * (x + 0.044715 * x * x * x); }
fn gelu_slope(at: f32) -> f32 {
  let x = clamp(at, -20.0, 20.0); // beyond, the slope is 0 or 1, and x³ could overflow
  let s = sigmoid(gelu_u(x));
  return s + x * s * (1.0 - s) * 1.5957691216057308 * (1.0 + 0.134145 * x * x);
}
fn silu_slope(x: f32) -> f32 { let s = sigmoid(x); return s * (1.0 + x * (1.0 - s)); }`,
    main: eachElement(
      "p.rows * p.cols",
      `
    let row = at / p.cols;
    let col = at - row * p.cols;
    ${operand("x")}
    ${operand("y")}
    ${operand("z")}
    out[at] = ${wgsl};`,
    ),
    workgroups: ({ rows, cols }) => elementGroups(rows * cols),
    // A single row is cut by columns.
    cpu: [{
      fn: "elementwise",
      parts: ({ rows, cols }) => rows === 1 ? ceilDiv(cols, partElements) : rowParts(rows, cols),
    }],
  });
}

const kernels = Object.fromEntries(
  (Object.keys(table) as Name[]).map((name) => [name, elementwiseKernel(name)]),
) as Record<Name, ReturnType<typeof elementwiseKernel>>;

/** Runs an elementwise operation without recording it. */
export function elementwise(name: Name, ...operands: readonly Operand[]): Tensor<"f32"> {
  const { shape, rows, cols, steps } = broadcast(name, operands);
  const { device } = operands.find((operand): operand is Tensor => typeof operand !== "number")!;
  using scope = device.scope();
  const out = device.empty(shape);
  if (out.size > 0) apply(name, operands, rows, cols, steps, out);
  return scope.keep(out);
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
  out.device.run(kernels[name], buffers as Record<Buffer, Tensor | undefined>, params);
}
