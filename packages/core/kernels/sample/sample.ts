/** Tokens drawn on the device from logits. */
import { expect } from "../../device/expect.ts";
import type { Tensor } from "../../device/tensor.ts";
import { checkWords, type PhiloxKey } from "../../random/philox.ts";
import { idsOf } from "../cast/bits.ts";
import { sampleKernel } from "./kernel.ts";

/** How {@linkcode sampleTokens} draws: one setting for all rows. */
export interface SampleTokensOptions {
  /** Names the stream of random numbers: (seed, stage). */
  readonly key: PhiloxKey;
  /** Where each row stands in the stream: u32 of shape [B, 4], such as (prompt hash, prompt hash, draw, position). */
  readonly counters: Tensor;
  /**
   * Logits are divided by this; 0 takes the most likely token, the first of equals.
   *
   * @default {1}
   */
  readonly temperature?: number;
}

/** What {@linkcode sampleTokens} gives for each row. */
export interface SampledTokens {
  /** The tokens, shape [B]. */
  readonly tokens: Tensor<"u32">;
  /** Log-probability under softmax(logits / temperature), at temperature 0 under softmax(logits); in nats, shape [B]. */
  readonly logProb: Tensor<"f32">;
  /** Log-probability under the distribution that the token was drawn from, in nats, shape [B]; 0 at temperature 0. */
  readonly samplingLogProb: Tensor<"f32">;
}

/**
 * Draws one token a row.
 *
 * The token of a row is the first whose cumulative probability, in the order of the vocabulary, exceeds
 * `toUniform(philox(key, counter)[0])`; one of probability 0 is never drawn. No gradient flows. A row has the same bits
 * in any batch, and on the CPU for any number of threads. A row whose logits hold NaN or +∞ gives NaN and any token.
 *
 * @param logits Logits, shape [B, V].
 * @param options The random stream and the temperature.
 * @returns Token and log-probabilities of each row.
 * @throws {RangeError} If shapes do not fit, the vocabulary is empty, an option is out of its range or the key is no
 * pair of 32-bit integers.
 * @throws {TypeError} If `logits` are not f32 or `counters` not integers.
 *
 * @example Usage
 * ```ts
 * import { openDevice, sampleTokens } from "@tare/core";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const logits = device.tensor([0, Math.log(3), -Infinity], [1, 3]);
 * const counters = device.tensor(Uint32Array.of(1, 2, 0, 0), [1, 4]);
 * const { tokens, logProb } = sampleTokens(logits, { key: [7, 0], counters, temperature: 0 });
 * assertEquals(await tokens.data(), Uint32Array.of(1));
 * assertAlmostEquals(await logProb.item(), Math.log(3 / 4), 1e-6);
 * ```
 */
export function sampleTokens(logits: Tensor, options: SampleTokensOptions): SampledTokens {
  check(logits, options);
  const { device } = logits;
  const [rows, cols] = logits.shape as [number, number];
  const { temperature = 1, key: [k0, k1] } = options;
  const tokens = device.empty([rows], "u32");
  const logProb = device.empty([rows]);
  const samplingLogProb = device.empty([rows]);
  const result = { tokens, logProb, samplingLogProb };
  if (rows === 0) return result;
  using counters = idsOf("sampleTokens", "counters", options.counters);
  const greedy = temperature === 0;
  const common = { rows, cols, scale: greedy ? 1 : 1 / temperature, greedy: greedy ? 1 : 0, k0, k1 };
  device.run(sampleKernel, { logits, counters, ...result }, common);
  return result;
}

function check(logits: Tensor, { counters, temperature = 1, key }: SampleTokensOptions): void {
  const [rows, cols] = logits.shape;
  if (logits.shape.length !== 2 || cols === 0) {
    throw new RangeError(
      `Cannot sampleTokens from logits of shape [${logits.shape}]: it needs [B, V] with V of 1 or more`,
    );
  }
  if (counters.shape.join() !== `${rows},4`) {
    throw new RangeError(
      `Cannot sampleTokens with counters of shape [${counters.shape}]: logits of shape [${logits.shape}] need [${rows},4]`,
    );
  }
  checkWords(key);
  const fits = temperature === 0 || (temperature >= 1e-6 && temperature < Infinity);
  expect(fits, "a temperature of 0, or of 1e-6 or more,", "sampleTokens", temperature);
}
