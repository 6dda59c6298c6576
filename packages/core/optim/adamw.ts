/** AdamW with clipping by the global norm, over trees of parameters, in place. */
import { expect } from "../device/expect.ts";
import type { Tensor } from "../device/tensor.ts";
import { entriesOf, mapTree, type Tree } from "../device/tree.ts";
import { adamwKernel, clipKernel, sumParts, sumSquaresKernel } from "../kernels/adamw/kernel.ts";

/** Constants of {@linkcode adamw}. */
export interface AdamWOptions {
  /**
   * How slowly the mean of gradients and of their squares change.
   *
   * @default {[0.9, 0.95]}
   */
  betas?: readonly [number, number];
  /**
   * Added to the root of the mean square.
   *
   * @default {1e-8}
   */
  eps?: number;
  /**
   * Decay of parameters beside the gradient, as a fraction of the learning rate.
   *
   * @default {0}
   */
  weightDecay?: number;
  /** Gradients whose norm, taken over all of them together, is above this are scaled down to it; by default none are. */
  maxNorm?: number;
  /** Which parameters decay, by path in the tree and shape; by default those of two or more dimensions. */
  decay?: (path: string, shape: readonly number[]) => boolean;
}

/** What the optimizer remembers: means of gradients and of their squares, trees like the parameters. */
export interface AdamWState<P> {
  /** Updates so far. */
  step: number;
  /** Running mean of gradients. */
  readonly m: P;
  /** Running mean of squared gradients. */
  readonly v: P;
}

/** An optimizer made by {@linkcode adamw}. It holds constants only: everything that changes is in the state. */
export interface AdamW {
  /**
   * Makes a state of zeros.
   *
   * @throws {RangeError} If the tree holds a tensor twice.
   * @throws {TypeError} If a parameter is not f32.
   */
  init<P extends Tree<P>>(params: P): AdamWState<P>;
  /**
   * Updates parameters and state in place. The norm of all gradients before clipping, a scalar, stays on the device:
   * read it when you read the loss. If it is not finite, parameters and moments keep their bits; the step counts.
   *
   * @throws {RangeError} If the trees do not agree.
   */
  update<P extends Tree<P>>(
    params: P,
    grads: P,
    state: AdamWState<P>,
    options: { learningRate: number },
  ): { gradNorm: Tensor<"f32"> };
}

const largest = 3.4028234663852886e38; // of float32

/**
 * AdamW (Loshchilov and Hutter, 2019) as PyTorch defines it, after clipping by the global norm:
 *
 *     g ← g · min(1, maxNorm / (‖g‖ + 1e-6))
 *     x ← x · (1 − learningRate · weightDecay)
 *     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *     x ← x − learningRate · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + eps)
 *
 * Nothing is read back from the device. A step whose gradients hold NaN or an infinity changes no parameter.
 *
 * @param options Constants.
 * @returns The optimizer.
 * @throws {RangeError} If a constant is outside its range.
 *
 * @example Usage
 * ```ts
 * import { adamw, mul, openDevice, sum, valueAndGrad } from "@tare/core";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = { x: device.tensor([3, -2]) };
 * const optimizer = adamw({ maxNorm: 1 });
 * const state = optimizer.init(params);
 * for (let step = 0; step < 100; step++) {
 *   using _step = device.scope();
 *   const { grads } = valueAndGrad((p) => sum(mul(p.x, p.x)), params);
 *   optimizer.update(params, grads, state, { learningRate: 0.1 });
 * }
 * assert((await params.x.data()).every((x) => Math.abs(x) < 0.1));
 * ```
 */
export function adamw(options: AdamWOptions = {}): AdamW {
  const { betas: [beta1, beta2] = [0.9, 0.95], eps = 1e-8, weightDecay = 0, maxNorm = largest } = options;
  const { decay = (_: string, shape: readonly number[]) => shape.length >= 2 } = options;
  for (const beta of [beta1, beta2]) {
    expect(beta >= 0 && beta < 1, "betas from 0 to below 1", "adamw", `${[beta1, beta2]}`);
  }
  expect(eps > 0 && eps < Infinity, "eps above 0", "adamw", eps);
  expect(weightDecay >= 0 && weightDecay < Infinity, "weightDecay of 0 or more", "adamw", weightDecay);
  expect(maxNorm > 0, "maxNorm above 0", "adamw", maxNorm);
  return {
    init(params) {
      const seen = new Map<Tensor, string>();
      for (const [path, tensor] of entriesOf(params)) {
        const twice = seen.get(tensor);
        if (twice !== undefined) {
          throw new RangeError(
            `Cannot optimise a tree that holds one tensor at "${twice}" and at "${path}": leave one out`,
          );
        }
        if (tensor.dtype !== "f32") {
          throw new TypeError(`Cannot optimise "${path}" of dtype ${tensor.dtype}: parameters must be f32`);
        }
        seen.set(tensor, path);
      }
      const zeros = () => mapTree(params, ({ device, shape }) => device.zeros(shape));
      return { step: 0, m: zeros(), v: zeros() };
    },
    update(params, grads, state, { learningRate }) {
      const rows = align(params, grads, state);
      const { device } = rows[0]!.x;
      expect(Number.isFinite(learningRate), "a finite learningRate", "adamw", learningRate);
      using scope = device.scope();
      const { norm, clip } = normAndClip(rows.map(({ gradient }) => gradient), Math.min(maxNorm, largest));
      const t = ++state.step;
      for (const { path, gradient, x, m, v } of rows) {
        if (x.size === 0) continue;
        device.run(adamwKernel, { gradient, clip, x, m, v }, {
          n: x.size,
          keep: decay(path, x.shape) ? 1 - learningRate * weightDecay : 1,
          ...{ rest1: 1 - beta1, beta2, rest2: 1 - beta2, epsilon: eps },
          stepSize: learningRate / (1 - beta1 ** t),
          correction: 1 / Math.sqrt(1 - beta2 ** t),
        });
      }
      return { gradNorm: scope.keep(norm) };
    },
  };
}

/** The norm of some tensors together, and what the update kernel reads: coefficient and whether to go ahead. */
function normAndClip(gradients: readonly Tensor[], maxNorm: number): { norm: Tensor<"f32">; clip: Tensor } {
  const { device } = gradients[0]!;
  const parts = gradients.map(({ size }) => size > 0 ? sumParts(size) : 0);
  const n = parts.reduce((a, b) => a + b, 0);
  const [partials, norm, clip] = [device.empty([n]), device.empty([]), device.empty([2])];
  let offset = 0;
  gradients.forEach((x, i) => {
    if (x.size > 0) device.run(sumSquaresKernel, { x, partials }, { n: x.size, parts: parts[i]!, offset });
    offset += parts[i]!;
  });
  device.run(clipKernel, { partials, norm, clip }, { n, maxNorm });
  return { norm, clip };
}

interface Row {
  readonly path: string;
  readonly x: Tensor;
  readonly gradient: Tensor;
  readonly m: Tensor;
  readonly v: Tensor;
}

/** Pairs up the tensors of the four trees. */
function align<P extends Tree<P>>(params: P, grads: P, state: AdamWState<P>): Row[] {
  const rows = entriesOf(params);
  if (rows.length === 0) throw new RangeError("Cannot optimise an empty tree of parameters");
  const [gradient, m, v] = ([["gradients", grads], ["m", state.m], ["v", state.v]] as const).map(
    ([what, tree]) => {
      const others = new Map(entriesOf(tree));
      return rows.map(([path, x]) => {
        const other = others.get(path);
        if (
          !other || other.shape.join() !== x.shape.join() || other.dtype !== "f32" ||
          other.device !== rows[0]![1].device
        ) {
          throw new RangeError(
            `Expected ${what} with an f32 tensor of shape [${x.shape}] at "${path}", as the parameters have, but found ` +
              `${
                other ? `one of shape [${other.shape}], ${other}` : "none"
              }; make the state with init() of the same tree`,
          );
        }
        void [x.storage, other.storage]; // a disposed tensor is found before anything has changed
        return other;
      });
    },
  );
  return rows.map(([path, x], i) => ({ path, x, gradient: gradient![i]!, m: m![i]!, v: v![i]! }));
}
