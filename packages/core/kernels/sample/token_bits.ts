/** Sets of tokens as bits. */

/**
 * Sets of tokens as bits, a row for each set: what {@linkcode sampleTokens} takes as `seen` and as `banned.bits`.
 *
 * @param sets The tokens of each set.
 * @param vocabulary Entries of the vocabulary.
 * @returns ⌈vocabulary / 32⌉ words a set; bit t mod 32 of word ⌊t / 32⌋ stands for token t.
 * @throws {RangeError} If a token is no entry of the vocabulary.
 *
 * @example Usage
 * ```ts
 * import { tokenBits } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tokenBits([[0, 3], [33]], 40), Uint32Array.of(0b1001, 0, 0, 0b10));
 * ```
 */
export function tokenBits(sets: readonly Iterable<number>[], vocabulary: number): Uint32Array<ArrayBuffer> {
  const words = Math.ceil(vocabulary / 32);
  const bits = new Uint32Array(sets.length * words);
  sets.forEach((tokens, set) => {
    for (const token of tokens) {
      if (!Number.isInteger(token) || token < 0 || token >= vocabulary) {
        throw new RangeError(
          `Expected tokens from 0 to ${vocabulary - 1} in tokenBits but found ${token} in set ${set}`,
        );
      }
      bits[set * words + (token >> 5)]! |= 1 << (token & 31);
    }
  });
  return bits;
}
