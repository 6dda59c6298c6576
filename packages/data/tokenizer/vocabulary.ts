/** Whether a tokenizer fits a model. */
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Checks that a model has an embedding for every token. It may have more: embeddings are often padded.
 *
 * @param tokenizer The tokenizer.
 * @param vocabulary Rows of the model's embedding: `config.vocabulary`.
 * @throws {RangeError} If the tokenizer has more tokens.
 *
 * @example Usage
 * ```ts
 * import { checkVocabulary } from "@tare/data";
 * import { assertThrows } from "@std/assert";
 *
 * checkVocabulary({ vocabulary: 50257 }, 50304);
 * assertThrows(() => checkVocabulary({ vocabulary: 50257 }, 32000), RangeError, "50257 tokens");
 * ```
 */
export function checkVocabulary(tokenizer: Pick<Tokenizer, "vocabulary">, vocabulary: number): void {
  if (tokenizer.vocabulary <= vocabulary) return;
  throw new RangeError(
    `Expected a tokenizer of at most ${vocabulary} tokens, the rows of the model's embedding, but found ` +
      `${tokenizer.vocabulary} tokens: use the tokenizer that belongs to the model`,
  );
}
