/** Tokens as a transformer takes them: sequences packed end to end, with where each token stands. */
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { type Segments, segmentTable } from "../kernels/attention/segments.ts";
import type { SegmentRange } from "../kernels/attention/segments.ts";
import type { ModelConfig } from "./config.ts";

/** Where the tokens of a batch stand. */
export interface TokenPlaces {
  /** Position of each token in its sequence, shape [T]. */
  readonly positions: Tensor<"u32">;
  /** Cosines and sines of each token, shape [T, headDim]; with rotary positions only. */
  readonly angles?: Tensor<"f32">;
  /** 0 … T − 1: token t has row t of `angles`. */
  readonly rows: Tensor<"u32">;
  /** Which tokens see which. */
  readonly segments: Segments;
}

/** A ragged batch of T tokens. */
export interface TokenBatch extends TokenPlaces {
  /** Ids, shape [T]. */
  readonly tokens: Tensor;
}

/**
 * Packs sequences end to end, without padding; each sees itself alone.
 *
 * @param device Where the model is.
 * @param config The model's.
 * @param sequences Token ids of each sequence.
 * @returns The batch; its tensors belong to the current scope.
 * @throws {RangeError} If a sequence is longer than the model's learned positions, or an id is outside the vocabulary.
 *
 * @example Usage
 * ```ts
 * import { openDevice, parseConfig, tokenBatch } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 10, hidden_size: 8, intermediate_size: 16 },
 *   ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const batch = tokenBatch(device, config, [[1, 2, 3], [4, 5]]);
 * assertEquals([...await batch.tokens.data()], [1, 2, 3, 4, 5]);
 * assertEquals([...await batch.positions.data()], [0, 1, 2, 0, 1]);
 * ```
 */
export function tokenBatch(
  device: Device,
  config: ModelConfig,
  sequences: readonly ArrayLike<number>[],
): TokenBatch {
  const lengths = sequences.map(({ length }) => length);
  const tokens = new Uint32Array(lengths.reduce((a, b) => a + b, 0));
  const positions: number[] = [];
  const ranges: SegmentRange[] = [];
  let start = 0;
  for (const sequence of sequences) {
    tokens.set(sequence, start);
    for (let i = 0; i < sequence.length; i++) {
      positions.push(i);
      if (tokens[start + i] !== sequence[i] || sequence[i]! >= config.vocabulary) throw badId(sequence[i]!, config);
    }
    ranges.push({ qStart: start, qLength: sequence.length, kStart: start, kLength: sequence.length });
    start += sequence.length;
  }
  return { ...tokenPlaces(device, config, positions, ranges), tokens: device.tensor(tokens) };
}

function badId(id: number, { vocabulary }: ModelConfig): RangeError {
  return new RangeError(
    `Expected token ids below ${vocabulary}, the model's vocabulary, but found ${id}: use the tokenizer that belongs to ` +
      `the model`,
  );
}

/**
 * Says where tokens stand; with a key-value cache `ranges` reach into it.
 *
 * @param device Where the model is.
 * @param config The model's.
 * @param positions Position of each token in its sequence.
 * @param ranges Rows of the batch and rows of the keys of each sequence.
 * @returns Positions, angles and segments; they belong to the current scope.
 * @throws {RangeError} If a position is beyond the model's learned ones.
 *
 * @example Usage
 * ```ts
 * import { openDevice, parseConfig, tokenPlaces } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 10, hidden_size: 8, intermediate_size: 16 },
 *   ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * // The fourth token of a sequence whose keys are in rows 8 to 11 of a cache.
 * const places = tokenPlaces(device, config, [3], [{ qStart: 0, qLength: 1, kStart: 8, kLength: 4 }]);
 * assertEquals([places.segments.keys.end, places.angles?.shape], [12, [1, 4]]);
 * ```
 */
export function tokenPlaces(
  device: Device,
  config: ModelConfig,
  positions: readonly number[],
  ranges: readonly SegmentRange[],
): TokenPlaces {
  if (!config.rope) {
    const far = positions.find((position) => position >= config.positions);
    if (far !== undefined) {
      throw new RangeError(
        `Expected sequences of at most ${config.positions} tokens, the model's learned positions, but found position ${far}`,
      );
    }
  }
  return {
    positions: device.tensor(Uint32Array.from(positions)),
    angles: config.rope && device.tensor(angles(config, positions), [positions.length, config.headDim]),
    rows: device.tensor(Uint32Array.from(positions.keys())),
    segments: segmentTable(device, ranges),
  };
}

/** Cosines, then sines, of each position, in float64: 32-bit functions are weak at large angles. */
function angles({ rope, headDim }: ModelConfig, positions: readonly number[]): Float32Array {
  const { frequencies, attentionFactor } = rope!;
  const out = new Float32Array(positions.length * headDim);
  const half = headDim / 2;
  positions.forEach((position, t) => {
    for (let i = 0; i < half; i++) {
      const angle = position * frequencies[i]!;
      out[t * headDim + i] = attentionFactor * Math.cos(angle);
      out[t * headDim + half + i] = attentionFactor * Math.sin(angle);
    }
  });
  return out;
}
