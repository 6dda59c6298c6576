/**
 * Holds an operation to its float64 reference, forward and backward, on random shapes.
 *
 * The reference gives the values; its central differences give the gradients. The operation stands in the middle of a
 * graph: its inputs are computed from the parameters, and the gradient that reaches it is random.
 */
import { valueAndGrad } from "../autograd/grad.ts";
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { add, mul } from "../kernels/elementwise/arithmetic.ts";
import { sum } from "../kernels/reduce/reduce.ts";
import { assertClose } from "./assert_close.ts";
import { directionalDerivative } from "./finite_difference.ts";
import { Random } from "./random.ts";

/** One case of an operation. */
export interface Case {
  /** Shape and values of each differentiable input. */
  inputs: readonly { shape: readonly number[]; data: Float32Array }[];
  /** Runs the operation on tensors of these inputs. */
  run(inputs: readonly Tensor[], device: Device): Tensor | readonly Tensor[];
  /** Computes the same outputs in float64. Keep it plain: it defines what is right. */
  reference(inputs: readonly Float64Array[]): Float64Array | readonly Float64Array[];
  /** Length K of the longest sum: tolerances grow with √K. @default {1} */
  terms?: number;
  /** The same for gradients. @default {terms} */
  gradientTerms?: number;
  /** What the case is, for messages. */
  label: string;
}

/** Options of {@linkcode checkOperation}. */
export interface CheckOptions {
  /**
   * Number of cases.
   *
   * @default {200}
   */
  count?: number;
  /**
   * Seed of the cases.
   *
   * @default {1}
   */
  seed?: number;
  /**
   * Factor on the tolerance √K · 2⁻²³ · (largest expected element or 1).
   *
   * @default {8}
   */
  tolerance?: number;
  /**
   * Multiply-adds of reference that the differences of one case may cost; large cases check some elements and random
   * directions instead of every element.
   *
   * @default {200000}
   */
  budget?: number;
  /**
   * Whether gradients are checked; outputs of operations without a gradient are not differentiated.
   *
   * @default {true}
   */
  gradients?: boolean;
}

interface Result {
  readonly outputs: readonly Tensor[];
  readonly gradients: readonly Tensor[];
}

/**
 * Checks an operation on a device.
 *
 * @param device The device.
 * @param draw Draws one case.
 * @param options Number of cases, seed, tolerance.
 * @throws {Error} If an output or a gradient is too far from the reference; the message names case and element.
 *
 * @example Usage
 * ```ts
 * import { checkOperation } from "@tare/core/testing";
 * import { mul, openDevice } from "@tare/core";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * await checkOperation(device, (random) => {
 *   const n = random.length(33);
 *   return {
 *     label: `${n}`,
 *     inputs: [{ shape: [n], data: random.normals(n) }],
 *     run: ([x]) => mul(x!, 3),
 *     reference: ([x]) => x!.map((v) => 3 * v),
 *   };
 * }, { count: 5 });
 * ```
 */
export async function checkOperation(
  device: Device,
  draw: (random: Random) => Case,
  options: CheckOptions = {},
): Promise<void> {
  const { count = 200, seed = 1, tolerance = 8, budget = 200_000, gradients = true } = options;
  using _scope = device.scope();
  const random = new Random(seed);
  const cases: { one: Case; weights: Float32Array[]; result: Result }[] = [];
  for (let i = 0; i < count; i++) {
    const one = draw(random);
    const weights = asList(one.reference(one.inputs.map(({ data }) => Float64Array.from(data))))
      .map((output) => random.normals(output.length));
    cases.push({ one, weights, result: runCase(device, one, weights, gradients) });
  }
  // One wait for everything.
  const data = await device.read(cases.flatMap(({ result }) => [...result.outputs, ...result.gradients]));
  let at = 0;
  cases.forEach(({ one, weights, result }, i) => {
    const outputs = result.outputs.map(() => data[at++]!);
    const slopes = result.gradients.map(() => data[at++]!);
    const what = `case ${i} (${one.label})`;
    const inputs = one.inputs.map((input) => Float64Array.from(input.data));
    const unit = tolerance * Math.sqrt(one.terms ?? 1) * 2 ** -23;
    const slopeUnit = tolerance * Math.sqrt(one.gradientTerms ?? one.terms ?? 1) * 2 ** -23;
    asList(one.reference(inputs)).forEach((expected, o) => {
      const { shape } = result.outputs[o]!;
      assertClose(outputs[o]!, expected, { atol: unit * scaleOf(expected), shape, what: `output ${o} of ${what}` });
    });
    if (gradients) checkGradients(one, inputs, weights, slopes, slopeUnit, budget, what, random);
  });
}

/** Runs Σ weights · operation(2 · parameters) and its backward pass; the parameters are half the inputs. */
function runCase(device: Device, one: Case, weights: readonly Float32Array[], gradients: boolean): Result {
  const inputs = one.inputs.map(({ shape, data }) => device.tensor(data, shape));
  if (!gradients) return { outputs: asList(one.run(inputs, device)), gradients: [] };
  const halves = one.inputs.map(({ shape, data }) => device.tensor(data.map((x) => x / 2), shape));
  const { grads, aux } = valueAndGrad((parameters: readonly Tensor[]) => {
    const outputs = asList(one.run(parameters.map((x) => mul(x, 2)), device));
    const parts = outputs.map((output, o) => sum(mul(output, device.tensor(weights[o]!, output.shape))));
    return [parts.reduce(add), outputs as Tensor[]];
  }, halves as readonly Tensor[]);
  return { outputs: aux, gradients: grads };
}

function checkGradients(
  one: Case,
  inputs: readonly Float64Array[],
  weights: readonly Float32Array[],
  slopes: readonly ArrayLike<number>[],
  unit: number,
  budget: number,
  what: string,
  random: Random,
): void {
  const loss = (xs: readonly Float64Array[]) => {
    const outputs = asList(one.reference(xs));
    return outputs.reduce((total, output, o) => total + output.reduce((t, y, i) => t + y * weights[o]![i]!, 0), 0);
  };
  const work = inputs.reduce((n, input) => n + input.length, 0) * (one.terms ?? 1) + 1;
  inputs.forEach((input, i) => {
    if (input.length === 0) return;
    const slope = slopes[i]!;
    const scale = scaleOf(slope);
    const shape = one.inputs[i]!.shape;
    const complete = input.length * work <= budget;
    const elements = complete
      ? input.map((_, e) => e)
      : Array.from({ length: 4 }, () => random.int(0, input.length - 1));
    for (const element of elements) {
      const direction = new Float64Array(input.length);
      direction[element] = 1;
      // The parameters are half the inputs: their gradient is twice the inputs'.
      const expected = 2 * directionalDerivative(loss, inputs, i, direction);
      assertClose([slope[element]!], [expected], {
        atol: 2 * unit * Math.max(scale, Math.abs(expected)) + 1e-9,
        what: `gradient ${i} at element ${element} of shape [${shape}] of ${what}`,
      });
    }
    // A random direction meets every element.
    const direction = Float64Array.from(random.normals(input.length));
    const expected = 2 * directionalDerivative(loss, inputs, i, direction);
    const actual = direction.reduce((total, d, e) => total + d * slope[e]!, 0);
    const norm = Math.sqrt(input.length) * scale;
    assertClose([actual], [expected], { atol: 2 * unit * norm + 1e-8, what: `gradient ${i} along a line of ${what}` });
  });
}

function asList<T extends object>(x: T | readonly T[]): readonly T[] {
  return Array.isArray(x) ? x : [x as T];
}

/** The largest element, or 1. */
function scaleOf(values: ArrayLike<number>): number {
  let scale = 1;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) scale = Math.max(scale, Math.abs(values[i]!));
  return scale;
}
