/** Activation recompute: memory for time. */
import type { Tensor } from "../device/tensor.ts";
import { reshape } from "../kernels/reshape/reshape.ts";
import { Tape, tapeOf, withTape } from "./tape.ts";

/**
 * Runs a block and forgets its intermediates; the backward pass runs the block again to have them.
 *
 * Use it for each block of a deep network: memory then holds one block's intermediates and every block's input. The
 * gradients are the same, bit for bit.
 *
 * @param block A pure function of tensors. Parameters that it uses need not be among `inputs`.
 * @param inputs What to call it with.
 * @returns What the block returns.
 * @throws {TypeError} If there are no inputs.
 *
 * @example Usage
 * ```ts
 * import { exp, mul, openDevice, recompute, sum, valueAndGrad } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = { w: device.tensor([0.5]) };
 * const { grads } = valueAndGrad((p) => sum(recompute((x) => exp(mul(x, p.w)), p.w)), params);
 * assertAlmostEquals(await grads.w.item(), 2 * 0.5 * Math.exp(0.25), 1e-6); // d exp(w²) / dw
 * ```
 */
export function recompute<I extends readonly Tensor[]>(
  block: (...inputs: I) => Tensor,
  ...inputs: I
): Tensor {
  const device = inputs[0]?.device;
  if (!device) throw new TypeError("Cannot recompute a block without inputs: give it the tensors that it reads");
  const tape = tapeOf(device);
  if (!tape) return block(...inputs);
  // The result is an alias: a block may return an input, whose gradient must not be taken for the result's.
  const run = (tape: Tape) =>
    tape.recording(() => {
      const made = block(...inputs);
      return reshape(made, made.shape);
    });
  const first = new Tape(device, [], tape);
  const output = withTape(device, undefined, () => {
    using scope = device.scope();
    return scope.keep(run(first));
  });
  if (!first.tracks(output)) return output;
  tape.push({
    op: "recompute",
    inputs,
    outputs: [output],
    saved: [],
    backward([gradient]) {
      const again = new Tape(device, [], tape);
      const result = run(again);
      // Hand the gradient over, so that kernels may add to it in place just as without recompute.
      const own = device.alias(gradient!);
      gradient!.dispose();
      again.backward(result, own, new Set());
    },
  });
  return output;
}
