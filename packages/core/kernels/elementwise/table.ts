/**
 * The elementwise operations, one row each: a code (the same in `elementwise.as.ts`), how many inputs, the WGSL
 * expression of inputs x, y, z, and the float64 reference.
 */

/** A row of {@linkcode table}. */
export interface Row {
  readonly code: number;
  readonly inputs: 1 | 2 | 3;
  readonly wgsl: string;
  reference(x: number, y: number, z: number): number;
}

const cubic = 0.044715;
const root = 1.5957691216057308; // 2 √(2/π)
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const gelu = (x: number): number => x * sigmoid(root * (x + cubic * x ** 3));

/** The name of an elementwise operation. */
export type Name =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "minimum"
  | "maximum"
  | "exp"
  | "log"
  | "sqrt"
  | "clamp"
  | "where"
  | "greater"
  | "inside"
  | "sigmoid"
  | "logSigmoid"
  | "gelu"
  | "geluGrad"
  | "swiglu"
  | "swigluGradGate";

/** Every elementwise operation. */
export const table: Readonly<Record<Name, Row>> = {
  add: { code: 0, inputs: 2, wgsl: "x + y", reference: (x, y) => x + y },
  sub: { code: 1, inputs: 2, wgsl: "x - y", reference: (x, y) => x - y },
  mul: { code: 2, inputs: 2, wgsl: "x * y", reference: (x, y) => x * y },
  div: { code: 3, inputs: 2, wgsl: "x / y", reference: (x, y) => x / y },
  minimum: { code: 4, inputs: 2, wgsl: "min(x, y)", reference: (x, y) => Math.min(x, y) },
  maximum: { code: 5, inputs: 2, wgsl: "max(x, y)", reference: (x, y) => Math.max(x, y) },
  exp: { code: 6, inputs: 1, wgsl: "exp(x)", reference: (x) => Math.exp(x) },
  log: { code: 7, inputs: 1, wgsl: "log(x)", reference: (x) => Math.log(x) },
  sqrt: { code: 8, inputs: 1, wgsl: "sqrt(x)", reference: (x) => Math.sqrt(x) },
  clamp: {
    code: 9,
    inputs: 3,
    wgsl: "min(max(x, y), z)",
    reference: (x, lo, hi) => Math.min(Math.max(x, lo), hi),
  },
  where: { code: 10, inputs: 3, wgsl: "select(z, y, x != 0.0)", reference: (x, y, z) => x !== 0 ? y : z },
  greater: { code: 11, inputs: 2, wgsl: "select(0.0, 1.0, x > y)", reference: (x, y) => x > y ? 1 : 0 },
  inside: {
    code: 12,
    inputs: 3,
    wgsl: "select(0.0, 1.0, x >= y && x <= z)",
    reference: (x, lo, hi) => x >= lo && x <= hi ? 1 : 0,
  },
  sigmoid: { code: 13, inputs: 1, wgsl: "sigmoid(x)", reference: sigmoid },
  logSigmoid: {
    code: 14,
    inputs: 1,
    wgsl: "min(x, 0.0) - log(1.0 + exp(-abs(x)))",
    reference: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  },
  gelu: { code: 15, inputs: 1, wgsl: "x * sigmoid(gelu_u(x))", reference: gelu },
  /** Gradient of gelu at x, times y. */
  geluGrad: {
    code: 16,
    inputs: 2,
    wgsl: "y * gelu_slope(x)",
    reference: (x, y) => y * (gelu(x + 1e-6) - gelu(x - 1e-6)) / 2e-6,
  },
  swiglu: { code: 17, inputs: 2, wgsl: "x * sigmoid(x) * y", reference: (x, y) => x * sigmoid(x) * y },
  /** Gradient of swiglu(x, y) by x, times z. */
  swigluGradGate: {
    code: 18,
    inputs: 3,
    wgsl: "silu_slope(x) * y * z",
    reference: (x, y, z) => sigmoid(x) * (1 + x * (1 - sigmoid(x))) * y * z,
  },
};
