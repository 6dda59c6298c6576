/** Tokens drawn on the device from logits. */
import type { Tensor } from "../../device/tensor.ts";
import type { PhiloxKey } from "../../random/philox.ts";
import { bitsOf } from "../cast/bits.ts";
import { checkSampling } from "./check.ts";
import { filterKernel } from "./filter_kernel.ts";
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
  /**
   * Keeps the k most likely tokens; 0 keeps all.
   *
   * @default {0}
   */
  readonly topK?: number;
  /**
   * Keeps the fewest most likely tokens that together have this probability.
   *
   * @default {1}
   */
  readonly topP?: number;
  /**
   * Keeps tokens of at least this share of the most likely one's probability.
   *
   * @default {0}
   */
  readonly minP?: number;
  /**
   * Divides positive logits of tokens in `seen`, multiplies the others.
   *
   * @default {1}
   */
  readonly repetitionPenalty?: number;
  /**
   * The tokens that each row had before: bits as `tokenBits` gives them, u32 of shape [B, ⌈V / 32⌉]. Changed in place:
   * the token drawn is added.
   */
  readonly seen?: Tensor;
  /** Tokens that some rows may not draw yet. */
  readonly banned?: BannedTokens;
}

/** Tokens that a row may not draw before some position: how a completion gets a least length. */
export interface BannedTokens {
  /** The tokens: bits as `tokenBits` gives them, u32 of shape [⌈V / 32⌉] or [1, ⌈V / 32⌉]. */
  readonly bits: Tensor;
  /** Until when: u32 of shape [B]. The ban holds for a row while its position, `counters[b][3]`, is below. */
  readonly until: Tensor;
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
 * Logits pass, in the order of Hugging Face's `transformers`, the repetition penalty, the ban, the temperature, top-k,
 * top-p and min-p; top-p counts the probability that top-k left. Tokens as likely as the last one kept are kept too, so
 * that at least one always stays. At temperature 0 only penalty and ban matter.
 *
 * The token of a row is the first whose cumulative probability, in the order of the vocabulary, exceeds
 * `toUniform(philox(key, counter)[0])`; one of probability 0 is never drawn. No gradient flows. A row has the same bits
 * in any batch, and on the CPU for any number of threads. A row whose logits hold NaN or +∞ gives NaN and any token; one
 * whose tokens are all banned or −∞ gives NaN too. Give every step of a completion the same options: where nothing but
 * a temperature is asked for, a shorter path may round otherwise.
 *
 * @param logits Logits, shape [B, V].
 * @param options The random stream, the temperature and the filters.
 * @returns Token and log-probabilities of each row.
 * @throws {RangeError} If shapes do not fit, the vocabulary is empty, an option is out of its range or the key is no
 * pair of 32-bit integers.
 * @throws {TypeError} If `logits` are not f32, or counters and bits not integers.
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
  checkSampling(logits, options);
  const { device } = logits;
  const [rows, cols] = logits.shape as [number, number];
  const { temperature = 1, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1, key: [k0, k1] } = options;
  const tokens = device.empty([rows], "u32");
  const logProb = device.empty([rows]);
  const samplingLogProb = device.empty([rows]);
  const result = { tokens, logProb, samplingLogProb };
  if (rows === 0) return result;
  using counters = bitsOf(options.counters);
  const greedy = temperature === 0;
  const common = { rows, cols, scale: greedy ? 1 : 1 / temperature, greedy: greedy ? 1 : 0, k0, k1 };
  const filters = greedy ? { topK: 0, topP: 1, minP: 0 } : { topK, topP, minP };
  if (!options.seen && !options.banned && filters.topK === 0 && filters.topP === 1 && filters.minP === 0) {
    device.run(sampleKernel, { logits, counters, ...result }, common);
    return result;
  }
  using seen = options.seen && bitsOf(options.seen);
  using banned = options.banned && bitsOf(options.banned.bits);
  using until = options.banned && bitsOf(options.banned.until);
  device.run(filterKernel, { logits, counters, seen, banned, until, ...result }, {
    ...common,
    ...filters,
    topK: Math.min(filters.topK, cols),
    ...{ hasSeen: seen ? 1 : 0, hasBanned: banned ? 1 : 0, never: -Infinity },
    ...{ penalty: repetitionPenalty, inverse: 1 / repetitionPenalty },
    minShift: Math.max(-1e38, Math.log(filters.minP) * temperature),
  });
  return result;
}
