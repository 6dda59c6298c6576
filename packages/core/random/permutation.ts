/** Random orders, made on the host: the same on every device. */
import { checkWords, philox, type PhiloxKey } from "./philox.ts";

/**
 * 0 … count − 1 in a random order, every one of them equally likely (Fisher and Yates).
 *
 * @param count How many numbers.
 * @param key Names the stream.
 * @param place Which order of the stream: three words, such as (epoch, iteration, 0).
 * @returns The numbers; equal arguments give the same order.
 * @throws {RangeError} If the count is no integer of 0 or more, or key or place no 32-bit integers.
 *
 * @example Every number once
 * ```ts
 * import { permutation } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const order = permutation(5, [7, 0], [0, 0, 0]);
 * assertEquals(order, permutation(5, [7, 0], [0, 0, 0]));
 * assertEquals(order.toSorted(), Uint32Array.of(0, 1, 2, 3, 4));
 * ```
 */
export function permutation(
  count: number,
  key: PhiloxKey,
  place: readonly [number, number, number],
): Uint32Array<ArrayBuffer> {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`Expected a count of 0 or more but found ${count}`);
  }
  checkWords([...key, ...place]);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  let bits: readonly number[] = [];
  for (let i = 0; i < count - 1; i++) {
    if (i % 4 === 0) bits = philox(key, [...place, i / 4]);
    const j = i + Math.floor(bits[i % 4]! * 2 ** -32 * (count - i));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
