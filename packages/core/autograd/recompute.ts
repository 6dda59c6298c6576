/** Activation recompute: memory for time. */
import { Tensor } from "../device/tensor.ts";
import { reshape } from "../kernels/reshape/reshape.ts";
import { Tape, tapeOf } from "./tape.ts";

/**
 * Runs a block and forgets its intermediates; the backward pass runs the block again to have them.
 *
 * Use it for each block of a deep network: memory then holds one block's intermediates and every block's input. The
 * gradients are the same, bit for bit.
 *
 * @param block A pure function of tensors to a tensor or a list of them. Parameters that it uses need not be among `inputs`.
 * @param inputs What to call it with.
 * @returns What the block returns: a tensor or a list of them.
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
export function recompute<I extends readonly Tensor[], O extends Tensor | readonly Tensor[]>(
  block: (...inputs: I) => O,
  ...inputs: I
): O {
  const device = inputs[0]?.device;
  if (!device) throw new TypeError("Cannot recompute a block without inputs: give it the tensors that it reads");
  const tape = tapeOf(device);
  if (!tape) return block(...inputs);
  // The results are aliases: a block may return an input, whose gradient must not be taken for the result's.
  const run = (tape: Tape) =>
    tape.recording(() => {
      const made: Tensor | readonly Tensor[] = block(...inputs);
      const list = made instanceof Tensor ? [made] : made;
      return { single: list !== made, made: list.map((tensor) => reshape(tensor, tensor.shape)) };
    });
  const first = new Tape(device, [], tape);
  const { single, made: outputs } = device.withTape(undefined, () => {
    using scope = device.scope();
    const result = run(first);
    scope.keep(result.made);
    return result;
  });
  if (outputs.some((output) => first.tracks(output))) {
    tape.push({
      op: "recompute",
      inputs,
      outputs,
      saved: [],
      backward(gradients) {
        const again = new Tape(device, [], tape);
        const reached = run(again).made.flatMap((result, i): [Tensor, Tensor<"f32">][] => {
          const gradient = gradients[i];
          if (!gradient || !again.tracks(result)) return [];
          // Hand the gradient over, so that kernels may add to it in place just as without recompute.
          const own = device.alias(gradient);
          gradient.dispose();
          return [[result, own]];
        });
        again.backward(reached, new Set());
      },
    });
  }
  return (single ? outputs[0] : outputs) as Tensor | readonly Tensor[] as O;
}
