/** A pass over batches without gradients. */
import type { Device } from "./device.ts";
import { macrotask } from "./macrotask.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Computes numbers of batches one after the other, reads them back once for all, and lets the event loop turn after each.
 *
 * @param device Where it computes.
 * @param batches What to go through, in this order.
 * @param f Takes a batch; returns tensors to read. What else it makes is freed.
 * @param options `signal` ends the pass after a batch; the rest is missing from what it gives.
 * @returns For each batch the numbers of its tensors.
 *
 * @example Usage
 * ```ts
 * import { mul, openDevice, scan } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * const numbers = await scan(device, [[1, 2], [3]], (batch) => [mul(device.tensor(batch), 2)]);
 * assertEquals(numbers, [[Float32Array.of(2, 4)], [Float32Array.of(6)]]);
 * assertEquals(device.stats().blocks, 0);
 * ```
 */
export async function scan<B>(
  device: Device,
  batches: readonly B[],
  f: (batch: B) => readonly Tensor<"f32">[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<Float32Array[][]> {
  using _pass = device.scope();
  const made: (readonly Tensor<"f32">[])[] = [];
  for (const batch of batches) {
    if (signal?.aborted) break;
    {
      using scope = device.scope();
      made.push(scope.keep(f(batch)));
    }
    await macrotask();
  }
  const numbers = await device.read(made.flat());
  let at = 0;
  return made.map((tensors) => numbers.slice(at, at += tensors.length));
}
