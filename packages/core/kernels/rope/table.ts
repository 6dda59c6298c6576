/** Cosines and sines for {@linkcode rope}, computed on the host: WGSL's are weak at large angles. */
import type { Device } from "../../device/device.ts";
import { expect } from "../../device/expect.ts";
import type { Tensor } from "../../device/tensor.ts";

/** What a table of angles holds. */
export interface RopeTableOptions {
  /** Elements of a head that are turned, an even number: the head width, or less for partial rotary embedding. */
  dim: number;
  /** Number of positions: 0 to this, not included. */
  positions: number;
  /**
   * Base of the wavelengths: pair i turns by theta^(-2i/dim) radians a position.
   *
   * @default {10000}
   */
  theta?: number;
  /** Radians a position for each of the dim/2 pairs, instead of `theta`: how scaled variants stretch the positions. */
  frequencies?: readonly number[];
  /**
   * Factor on every cosine and sine, as YaRN has it.
   *
   * @default {1}
   */
  attentionFactor?: number;
}

/**
 * Computes the angles of every position, in float64.
 *
 * @param device Where the table will be.
 * @param options Its size and its frequencies.
 * @returns A tensor of shape [positions, dim]: dim/2 cosines, then dim/2 sines.
 * @throws {RangeError} If `dim` is odd, or the number of frequencies is not dim/2.
 *
 * @example Usage
 * ```ts
 * import { openDevice, ropeTable } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using table = ropeTable(device, { dim: 4, positions: 8, theta: 100 });
 * const row = (await table.data()).subarray(3 * 4, 4 * 4); // position 3: angles 3 and 0.3
 * assertAlmostEquals(row[1]!, Math.cos(0.3), 1e-6);
 * assertAlmostEquals(row[2]!, Math.sin(3), 1e-6);
 * ```
 */
export function ropeTable(device: Device, options: RopeTableOptions): Tensor<"f32"> {
  const { dim, positions, theta = 10000, attentionFactor = 1 } = options;
  if (!Number.isInteger(dim) || dim <= 0 || dim % 2 !== 0) {
    throw new RangeError(`Cannot make a rope table with dim ${dim}: expected an even number of 2 or more`);
  }
  if (!Number.isInteger(positions) || positions < 0) {
    throw new RangeError(`Cannot make a rope table of ${positions} positions: expected an integer of 0 or more`);
  }
  expect(theta > 0 && theta < Infinity, "theta above 0", "ropeTable", theta);
  expect(Number.isFinite(attentionFactor), "a finite attentionFactor", "ropeTable", attentionFactor);
  const half = dim / 2;
  const frequencies = options.frequencies ?? Array.from({ length: half }, (_, i) => theta ** (-2 * i / dim));
  if (frequencies.length !== half) {
    throw new RangeError(
      `Cannot make a rope table with dim ${dim} from ${frequencies.length} frequencies: expected ${half}, one a pair`,
    );
  }
  const data = new Float32Array(positions * dim);
  for (let position = 0; position < positions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * frequencies[i]!;
      data[position * dim + i] = attentionFactor * Math.cos(angle);
      data[position * dim + half + i] = attentionFactor * Math.sin(angle);
    }
  }
  return device.tensor(data, [positions, dim]);
}
