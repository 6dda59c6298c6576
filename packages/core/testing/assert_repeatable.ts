/** The promise that results do not depend on threads or on luck. */
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";

/**
 * Checks that a computation gives the same bits on CPU devices of 1 and of 2 threads, and from run to run.
 *
 * @param f Computes tensors on a device that is new to it; take inputs large enough to be split.
 * @throws {Error} If a bit differs; the message names the tensor and the element.
 *
 * @example Usage
 * ```ts
 * import { assertRepeatable } from "@tare/core/testing";
 * import { sum } from "@tare/core";
 *
 * const x = Float32Array.from({ length: 100_000 }, (_, i) => 1 / i);
 * await assertRepeatable((device) => [sum(device.tensor(x))]);
 * ```
 */
export async function assertRepeatable(f: (device: Device) => readonly Tensor[]): Promise<void> {
  let first: Uint32Array[] | undefined;
  for (const threads of [1, 2]) {
    using device = await openDevice({ device: "cpu", threads, poison: true });
    for (let run = 1; run <= 3; run++) {
      using _scope = device.scope();
      const bits = (await device.read(f(device))).map(({ buffer }) => new Uint32Array(buffer));
      first ??= bits;
      bits.forEach((words, i) => {
        const at = words.findIndex((word, e) => word !== first![i]![e]);
        if (at < 0) return;
        throw new Error(
          `Expected the same bits on every run but element ${at} of tensor ${i} differs in run ${run} with ` +
            `${threads} threads`,
        );
      });
    }
  }
}
