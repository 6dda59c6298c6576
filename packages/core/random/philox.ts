/**
 * Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011).
 *
 * The same key and counter give the same bits on the host, on the CPU device and in WGSL, in any order.
 */

/** Two words that name a stream, such as (seed, stage). */
export type PhiloxKey = readonly [number, number];

/** Four words that name a block of the stream, such as (prompt hash, prompt hash, draw, position). */
export type PhiloxCounter = readonly [number, number, number, number];

/**
 * Refuses numbers that are no 32-bit words: they would be cut, and another stream drawn.
 *
 * @param words A key, a counter or both.
 * @throws {RangeError} If one is no integer of 32 bits, signed or not.
 */
export function checkWords(words: readonly number[]): void {
  if (words.every((word) => Number.isInteger(word) && word >= -(2 ** 31) && word < 2 ** 32)) return;
  throw new RangeError(`Expected a key and a counter of 32-bit integers but found [${words}]`);
}

/** High and low word of a 32 × 32 bit product. */
function multiply(a: number, b: number): [high: number, low: number] {
  const [a0, a1] = [a & 0xffff, a >>> 16];
  const [b0, b1] = [b & 0xffff, b >>> 16];
  const low = Math.imul(a0, b0) >>> 0;
  const middle = a1 * b0 + (low >>> 16); // below 2³²: (2¹⁶ - 1)² + 2¹⁶ - 1
  const middle2 = a0 * b1 + (middle % 65536);
  return [(a1 * b1 + Math.floor(middle / 65536) + Math.floor(middle2 / 65536)) >>> 0, Math.imul(a, b) >>> 0];
}

/**
 * One block of random bits.
 *
 * @param key Names the stream: two 32-bit words.
 * @param counter Names the block: four 32-bit words.
 * @returns Four independent words, each uniform over 0 … 2³² − 1.
 *
 * @example Usage
 * ```ts
 * import { philox } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(philox([0, 0], [0, 0, 0, 0])[0], 0x6627e8d5);
 * ```
 */
export function philox(key: PhiloxKey, counter: PhiloxCounter): [number, number, number, number] {
  let [k0, k1] = key;
  let [c0, c1, c2, c3] = counter;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = multiply(0xd2511f53, c0 >>> 0);
    const [high1, low1] = multiply(0xcd9e8d57, c2 >>> 0);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  return [c0, c1, c2, c3];
}

/**
 * Random bits as a number in [0, 1): the high 24 bits, all that a float32 holds.
 *
 * @param bits A 32-bit word.
 * @returns A multiple of 2⁻²⁴, 0 included, 1 excluded; exact in float32.
 *
 * @example Usage
 * ```ts
 * import { toUniform } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(toUniform(0x80000000), 0.5);
 * ```
 */
export function toUniform(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/**
 * Numbers of a standard normal distribution, made on the host in float64: the same on every device.
 *
 * @param count How many.
 * @param key Names the stream.
 * @param counter Where the stream starts: its last word counts blocks of four numbers.
 * @returns Float32 numbers of mean 0 and standard deviation 1.
 * @throws {RangeError} If the count is no integer of 0 or more, or the key or counter no 32-bit integers.
 *
 * @example Initial weights
 * ```ts
 * import { normal, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using w = device.tensor(normal(6, [7, 0]).map((x) => 0.02 * x), [2, 3]);
 * assertEquals(w.shape, [2, 3]);
 * ```
 */
export function normal(
  count: number,
  key: PhiloxKey,
  counter: PhiloxCounter = [0, 0, 0, 0],
): Float32Array<ArrayBuffer> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Expected a count of 0 or more but found ${count}`);
  }
  checkWords([...key, ...counter]);
  const [c0, c1, c2, c3] = counter;
  const out = new Float32Array(count);
  for (let i = 0; i < count; i += 4) {
    const bits = philox(key, [c0, c1, c2, c3 + (i >> 2)]);
    for (let j = 0; j < 4 && i + j < count; j += 2) {
      // Box–Muller; 1 - u is in (0, 1].
      const radius = Math.sqrt(-2 * Math.log(1 - bits[j]! * 2 ** -32));
      const angle = 2 * Math.PI * bits[j + 1]! * 2 ** -32;
      out[i + j] = radius * Math.cos(angle);
      if (i + j + 1 < count) out[i + j + 1] = radius * Math.sin(angle);
    }
  }
  return out;
}
