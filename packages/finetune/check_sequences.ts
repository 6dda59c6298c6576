/** What is refused of sequences before anything is learned from them. */
import type { ModelConfig } from "@tare/core";
import type { Sequence } from "@tare/data";

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
