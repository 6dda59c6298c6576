/** What makes an elementwise operation differentiable: the slope of each operand, by name. */
import { record } from "../../autograd/tape.ts";
import type { Tensor } from "../../device/tensor.ts";
import { broadcast, type Operand, unbroadcast } from "./broadcast.ts";
import { elementwise } from "./kernel.ts";
import type { Name } from "./table.ts";

/** The gradient of operand i, of the result's shape, from the operands, the result and its gradient. */
type Slope = (operands: readonly Operand[], y: Tensor<"f32">, dy: Tensor<"f32">) => Tensor<"f32">;

const minus = (x: Tensor) => elementwise("mul", x, -1);

/** One slope an operand; a missing one means that no gradient flows there. */
const slopes: Partial<Record<Name, readonly (Slope | undefined)[]>> = {
  add: [(_, __, dy) => dy, (_, __, dy) => dy],
  sub: [(_, __, dy) => dy, (_, __, dy) => minus(dy)],
  mul: [([, b], _, dy) => elementwise("mul", dy, b!), ([a], _, dy) => elementwise("mul", dy, a!)],
  div: [
    ([, b], _, dy) => elementwise("div", dy, b!),
    ([, b], y, dy) => minus(elementwise("div", elementwise("mul", dy, y), b!)),
  ],
  // Where both are equal the first has the whole gradient.
  minimum: [
    ([a, b], _, dy) => elementwise("where", elementwise("greater", a!, b!), 0, dy),
    ([a, b], _, dy) => elementwise("where", elementwise("greater", a!, b!), dy, 0),
  ],
  maximum: [
    ([a, b], _, dy) => elementwise("where", elementwise("greater", b!, a!), 0, dy),
    ([a, b], _, dy) => elementwise("where", elementwise("greater", b!, a!), dy, 0),
  ],
  exp: [(_, y, dy) => elementwise("mul", dy, y)],
  log: [([x], _, dy) => elementwise("div", dy, x!)],
  sqrt: [(_, y, dy) => elementwise("div", dy, elementwise("mul", y, 2))],
  clamp: [([x, lo, hi], _, dy) => elementwise("mul", dy, elementwise("inside", x!, lo!, hi!))],
  where: [
    undefined,
    ([mask], _, dy) => elementwise("where", mask!, dy, 0),
    ([mask], _, dy) => elementwise("where", mask!, 0, dy),
  ],
  sigmoid: [(_, y, dy) => elementwise("mul", dy, elementwise("mul", y, elementwise("sub", 1, y)))],
  logSigmoid: [([x], _, dy) => elementwise("mul", dy, elementwise("sigmoid", minus(x as Tensor)))],
  gelu: [([x], _, dy) => elementwise("geluGrad", x!, dy)],
  swiglu: [
    ([gate, up], _, dy) => elementwise("swigluGradGate", gate!, up!, dy),
    ([gate], _, dy) => elementwise("swiglu", gate!, dy), // silu(gate) · dy
  ],
};

/** Runs an elementwise operation and tells the tape of it. */
export function differentiable(name: Name, operands: readonly Operand[]): Tensor<"f32"> {
  const y = elementwise(name, ...operands);
  const inputs = operands.map((operand) => typeof operand === "number" ? undefined : operand);
  const slope = slopes[name];
  if (slope) {
    record(name, inputs, [y], ([dy], grads) => {
      const shapes = broadcast(name, operands);
      slope.forEach((f, i) => {
        if (f && grads.wants(i)) grads.add(i, unbroadcast(f(operands, y, dy!), shapes, i));
      });
    });
  }
  return y;
}
