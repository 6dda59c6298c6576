/** Random numbers made on the device: the same stream as `philox` on the host. */
import type { Device } from "../../device/device.ts";
import type { Tensor } from "../../device/tensor.ts";
import { checkWords, type PhiloxCounter, type PhiloxKey } from "../../random/philox.ts";
import { bitsOf } from "../cast/bits.ts";
import { philoxKernel } from "./kernel.ts";

/**
 * Random bits.
 *
 * Element i is word i mod 4 of the block whose counter is `counter` with ⌊i / 4⌋ added to its last word.
 *
 * @param device Where to make them.
 * @param shape Length of each dimension.
 * @param key Names the stream: two 32-bit words.
 * @param counter Where the stream starts: four 32-bit words.
 * @returns Words, each uniform over 0 … 2³² − 1; the same bits on every device.
 * @throws {RangeError} If a length of `shape` is no integer of 0 or more, or the key or counter are no 32-bit integers.
 *
 * @example Usage
 * ```ts
 * import { openDevice, philox, randomBits } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using bits = randomBits(device, [4], [7, 0], [1, 2, 3, 4]);
 * assertEquals([...await bits.data()], philox([7, 0], [1, 2, 3, 4]));
 * ```
 */
export function randomBits(
  device: Device,
  shape: readonly number[],
  key: PhiloxKey,
  counter: PhiloxCounter,
): Tensor<"u32"> {
  checkWords([...key, ...counter]);
  const out = device.empty(shape, "u32");
  fill(out, key, counter, false);
  return out;
}

/**
 * Uniform random numbers: u = ⌊bits / 2⁸⌋ · 2⁻²⁴ of the bits that {@linkcode randomBits} gives.
 *
 * @param device Where to make them.
 * @param shape Length of each dimension.
 * @param key Names the stream: two 32-bit words.
 * @param counter Where the stream starts: four 32-bit words.
 * @returns Float32 numbers from 0, included, to 1, excluded.
 * @throws {RangeError} If a length of `shape` is no integer of 0 or more, or the key or counter are no 32-bit integers.
 *
 * @example Usage
 * ```ts
 * import { openDevice, philox, toUniform, uniform } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using u = uniform(device, [2, 2], [7, 0], [0, 0, 0, 0]);
 * assertEquals([...await u.data()], philox([7, 0], [0, 0, 0, 0]).map(toUniform));
 * ```
 */
export function uniform(
  device: Device,
  shape: readonly number[],
  key: PhiloxKey,
  counter: PhiloxCounter,
): Tensor<"f32"> {
  checkWords([...key, ...counter]);
  const out = device.empty(shape);
  fill(out, key, counter, true);
  return out;
}

function fill(out: Tensor, [k0, k1]: PhiloxKey, [c0, c1, c2, c3]: PhiloxCounter, uniform: boolean): void {
  if (out.size === 0) return;
  using bits = bitsOf(out);
  out.device.run(philoxKernel, { out: bits }, {
    n: out.size,
    uniform: uniform ? 1 : 0,
    k0,
    k1,
    c0,
    c1,
    c2,
    c3,
  });
}
