/** The promise that results do not depend on threads or on luck, and that no element was left unwritten. */
import type { TypedArray } from "../backend/dtype.ts";
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";

/** Options of {@linkcode assertRepeatable}. */
export interface RepeatableOptions {
  /**
   * Whether float32 results may hold NaN. Otherwise NaN is taken for memory that no kernel has written.
   *
   * @default {false}
   */
  nan?: boolean;
}

/** What fills new memory on a device with `poison`: the bits of NaN. */
const poison = 0x7fc00000;

/**
 * Checks that a computation gives the same bits on CPU devices of 1 and of 2 threads, and from run to run, and that it
 * writes every element.
 *
 * @param f Computes tensors on a device that is new to it; take inputs large enough to be split.
 * @param options Whether NaN is a result.
 * @throws {Error} If a bit differs or an element was not written; the message names the tensor and the element.
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
export async function assertRepeatable(
  f: (device: Device) => readonly Tensor[],
  options: RepeatableOptions = {},
): Promise<void> {
  let first: Uint32Array[] | undefined;
  for (const threads of [1, 2]) {
    using device = await openDevice({ device: "cpu", threads, poison: true });
    for (let run = 1; run <= 3; run++) {
      using _scope = device.scope();
      const results = await device.read(f(device));
      if (!first) results.forEach((data, i) => assertWritten(data, i, options));
      const bits = results.map(({ buffer }) => new Uint32Array(buffer));
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

function assertWritten(data: TypedArray, i: number, { nan = false }: RepeatableOptions): void {
  const at = data instanceof Float32Array ? (nan ? -1 : data.findIndex(Number.isNaN)) : data.indexOf(poison);
  if (at < 0) return;
  throw new Error(
    `Expected every element to be written but element ${at} of tensor ${i} holds what new memory does: ${data[at]}`,
  );
}
