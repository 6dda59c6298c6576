/** What is trained of a model, and how it computes while the rest stands still. */
import {
  type Adapter,
  type AdapterParams,
  type Device,
  forward,
  gatherRows,
  type Model,
  type ModelConfig,
  type Params,
  type ScoreHead,
  type Tensor,
  tokenBatch,
} from "@tare/core";
import type { Sequence } from "@tare/data";

/** The parameters that training changes: all of a transformer or an adapter, and with a reward model its head. */
export interface Trainable {
  /** The transformer's; absent where an adapter is trained instead. */
  readonly params?: Params;
  /** The adapter's; absent where the transformer itself is trained. */
  readonly adapter?: AdapterParams;
  /** The head's; of reward models only. */
  readonly score?: ScoreHead;
}

/** A model on its device, with an adapter if it has one. */
export interface Placed {
  /** Where it is. */
  readonly device: Device;
  /** The model. */
  readonly model: Model;
  /** An adapter over it. */
  readonly adapter?: Adapter;
}

/** What is to be trained: the adapter where there is one, else the transformer. */
export function trainableOf({ model, adapter }: Placed): Trainable {
  return adapter ? { adapter: adapter.params } : { params: model.params };
}

/** A transformer's hidden states, as a function of what is trained. */
export interface Transformer {
  /** The parameters that the output matrix is among. */
  params(trained: Trainable): Params;
  /** Hidden states of sequences packed end to end, those of the given rows only. */
  hidden(trained: Trainable, sequences: readonly Uint32Array[], rows: Tensor): Tensor<"f32">;
}

/** Puts a model and what is trained of it together. */
export function transformerOf({ device, model, adapter: given }: Placed, recompute: boolean): Transformer {
  const { config } = model;
  const params = (trained: Trainable) => trained.params ?? model.params;
  return {
    params,
    hidden(trained, sequences, rows) {
      const adapter = trained.adapter && { params: trained.adapter, scale: given!.scale };
      const states = forward(params(trained), config, tokenBatch(device, config, sequences), { adapter, recompute });
      return gatherRows(states, rows);
    },
  };
}

/**
 * Refuses sequences that cannot be learned from, before anything has begun.
 *
 * @param name What messages call the list.
 * @param examples For each example its sequences.
 * @param config The model's.
 * @throws {RangeError} If one has nothing to predict, or the model cannot take it.
 */
export function checkSequences(name: string, examples: readonly (readonly Sequence[])[], config: ModelConfig): void {
  examples.forEach((example, i) => {
    for (const { tokens, start } of example) {
      checkTokens(`${name}[${i}]`, tokens, config);
      if (Number.isInteger(start) && start >= 1 && start < tokens.length) continue;
      throw new RangeError(
        `Expected ${name}[${i}] to start its completion at a token from 1 to ${tokens.length - 1}, the last one, but ` +
          `found ${start}: nothing predicts the first token, and an empty completion teaches nothing`,
      );
    }
  });
}

/**
 * Refuses a sequence that the model cannot take.
 *
 * @param name What messages call it.
 * @param tokens Its ids.
 * @param config The model's.
 * @throws {RangeError} If it is empty or too long, or has an id outside the vocabulary.
 */
export function checkTokens(name: string, tokens: Uint32Array, { positions, vocabulary }: ModelConfig): void {
  if (tokens.length < 1 || tokens.length > positions) {
    throw new RangeError(
      `Expected ${name} to have from 1 to ${positions} tokens, the model's positions, but found ${tokens.length}: ` +
        `encode examples with a context of ${positions}`,
    );
  }
  const far = tokens.find((token) => token >= vocabulary);
  if (far === undefined) return;
  throw new RangeError(
    `Expected ${name} to have token ids below ${vocabulary}, the model's vocabulary, but found ${far}: use the ` +
      `tokenizer that belongs to the model`,
  );
}
