/** Rewards of sequences. */
import {
  type Adapter,
  type Device,
  type Model,
  type Placed,
  scan,
  score,
  type ScoreHead,
  type Tensor,
} from "@tare/core";
import { type Trainable, transformerOf } from "@tare/core";
import { microBatches, type Sequence } from "@tare/data";
import { checkTokens } from "./check_sequences.ts";

/** A model with a scalar head, as `initScoreHead` makes one; `reward` always trains the head. */
export type RewardModel = Model & { readonly score: ScoreHead };

/** How {@linkcode rewardScores} computes. */
export interface ScoreOptions {
  /**
   * Most tokens of a forward pass; it changes no bit of a score.
   *
   * @default {2048}
   */
  microTokens?: number;
  /** An adapter over the model. */
  adapter?: Adapter;
}

/**
 * Scores whole sequences: what the scalar head says at the last token.
 *
 * @param device Where the model is.
 * @param model A reward model.
 * @param sequences What to score.
 * @param options Tokens of a pass, adapter.
 * @returns A reward for each sequence, in order.
 * @throws {RangeError} If a sequence is empty or too long, or has an id outside the vocabulary.
 *
 * @example Usage
 * ```ts
 * import { initParams, initScoreHead, openDevice, parseConfig } from "@tare/core";
 * import { rewardScores } from "@tare/finetune";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const model = { config, params: initParams(device, config, 1), score: initScoreHead(device, config) };
 * const scores = await rewardScores(device, model, [{ tokens: Uint32Array.of(1, 2, 3) }]);
 * assertEquals(scores, Float32Array.of(0)); // the head is zero yet
 * ```
 */
export async function rewardScores(
  device: Device,
  model: RewardModel,
  sequences: readonly Pick<Sequence, "tokens">[],
  options: ScoreOptions = {},
): Promise<Float32Array<ArrayBuffer>> {
  const { microTokens = 2048, adapter } = options;
  sequences.forEach(({ tokens }, i) => checkTokens(`sequences[${i}]`, tokens, model.config));
  const scores = scorer({ device, model, adapter }, false);
  const trained = { adapter: adapter?.params, score: model.score };
  const groups = microBatches(sequences, ({ tokens }) => tokens.length, microTokens);
  const passes = await scan(device, groups, (group) => [scores(trained, group)]);
  return Float32Array.from(passes.flatMap(([numbers]) => [...numbers!]));
}

/** Scores of sequences at their last tokens, as a function of what is trained. */
export function scorer(
  placed: Placed,
  recompute: boolean,
): (trained: Trainable, sequences: readonly Pick<Sequence, "tokens">[]) => Tensor<"f32"> {
  const transformer = transformerOf(placed, recompute);
  return (trained, sequences) => {
    const tokens = sequences.map(({ tokens }) => tokens);
    return score(trained.score!, transformer.hidden(trained, tokens, lastRows(placed.device, tokens)));
  };
}

/** Rows of the last token of each sequence, as they are packed. */
function lastRows(device: Device, sequences: readonly Uint32Array[]): Tensor<"u32"> {
  let end = -1;
  return device.tensor(Uint32Array.from(sequences, ({ length }) => end += length));
}
