/** A seeded stream of random shapes and numbers for tests. */
import { normal, philox } from "../random/philox.ts";

/** Draws test cases; the same seed draws the same. */
export class Random {
  readonly #seed: number;
  #count = 0;

  /**
   * Starts a stream.
   *
   * @param seed Names the stream.
   */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number {
    const [bits] = philox([this.#seed, 0x7e57], [0, 0, 0, this.#count++]);
    return low + Math.floor(bits * 2 ** -32 * (high - low + 1));
  }

  /** One of the values. */
  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)]!;
  }

  /** A length that is likely to show mistakes: 1, 2, primes, multiples of a tile ± 1; up to `max`. */
  length(max: number): number {
    const lengths = [
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      11,
      13,
      15,
      16,
      17,
      23,
      31,
      32,
      33,
      47,
      48,
      49,
      63,
      64,
      65,
      97,
      127,
      128,
      129,
    ];
    return this.pick(lengths.filter((length) => length <= max));
  }

  /** `count` normal numbers. */
  normals(count: number): Float32Array<ArrayBuffer> {
    return normal(count, [this.#seed, 0x7e58], [0, 0, this.#count++, 0]);
  }
}
