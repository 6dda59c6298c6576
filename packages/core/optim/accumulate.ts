/** Gradients of a batch that is too large for memory, one micro-batch at a time. */
import { valueAndGrad } from "../autograd/grad.ts";
import type { Tensor } from "../device/tensor.ts";
import { mapTree, type Tree } from "../device/tree.ts";

/** What {@linkcode accumulateGrads} gives. */
export interface AccumulatedGrads<P, A> {
  /** The function's value for each batch: scalars that stay on the device. */
  values: Tensor<"f32">[];
  /** The gradient of the weighted mean of the values: a tree like the parameters. */
  grads: P;
  /** What the function returned beside its value, for each batch. */
  aux: A[];
}

/**
 * The gradient of Σ wᵢ f(params, batchᵢ) / Σ wᵢ, with the memory of one batch.
 *
 * If f is a mean over tokens and wᵢ the number of tokens of batch i, that is the gradient of the mean over all tokens,
 * as one large batch would give. Nothing is read back from the device.
 *
 * @param f Takes the parameters and a batch; returns a scalar, or a pair of it and a tree of further tensors to keep.
 * @param params The parameters: a tree of float32 tensors.
 * @param batches The micro-batches, whatever `f` takes: tensors, or arrays from which it makes them.
 * @param options `weights`: the weight of each batch, by default 1 for every one.
 * @returns Each batch's value and `aux`, and the gradient.
 * @throws {RangeError} If there is no batch, or the weights are not one number of 0 or more a batch, one above 0.
 * @throws {TypeError} If a value is no scalar, or does not depend on the parameters.
 *
 * @example The mean over three numbers in two batches
 * ```ts
 * import { accumulateGrads, mean, mul, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = { w: device.tensor([0.5]) };
 * const batches = [device.tensor([1, 2]), device.tensor([9])];
 * const { grads } = accumulateGrads((p, x) => mean(mul(x, p.w)), params, batches, { weights: [2, 1] });
 * assertEquals(await grads.w.item(), 4); // the mean of 1, 2 and 9
 * ```
 */
export function accumulateGrads<P extends Tree<P>, B, A extends Tree<A> = []>(
  f: (params: P, batch: B) => Tensor | readonly [Tensor, A],
  params: P,
  batches: readonly B[],
  options: { weights?: readonly number[] } = {},
): AccumulatedGrads<P, A> {
  const weights = options.weights ?? batches.map(() => 1);
  const total = weights.reduce((a, b) => a + b, 0);
  if (
    weights.length !== batches.length || weights.some((w) => !(w >= 0)) || !(total > 0 && total < Infinity)
  ) {
    throw new RangeError(
      `Expected a weight of 0 or more for each of ${batches.length} batches, one of them above 0, in accumulateGrads ` +
        `but found [${weights}]`,
    );
  }
  // Zeros, not the first batch's gradients: two of those may share memory, which cannot be added to in place.
  const grads = mapTree(params, ({ device, shape }) => device.zeros(shape));
  const results = batches.map((batch, i) =>
    valueAndGrad<P, A>((p) => f(p, batch), params, { into: grads, scale: weights[i]! / total })
  );
  return { values: results.map(({ value }) => value), grads, aux: results.map(({ aux }) => aux) };
}
