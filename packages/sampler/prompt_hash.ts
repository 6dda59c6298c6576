/** What stands for a prompt in the counters of random numbers. */
import { philox } from "@tare/core";

/**
 * Hashes a prompt to 64 bits: the first two words of the counter (prompt hash, prompt hash, draw, position) that every
 * draw of a local model uses, so that a completion depends on its prompt and not on where it stood in a batch.
 *
 * The state begins as (length, 0). Four ids at a time, the last four filled up with zeros, it becomes the first two
 * words of `philox(state, ids)`. Two prompts share a hash with a probability of about 2⁻⁶⁴; against someone who looks for
 * such prompts it is no protection.
 *
 * @param tokens Ids, or other 32-bit words.
 * @returns Two 32-bit words.
 *
 * @example Usage
 * ```ts
 * import { promptHash } from "@tare/sampler";
 * import { assertEquals, assertNotEquals } from "@std/assert";
 *
 * assertEquals(promptHash([1, 2]), promptHash(Uint32Array.of(1, 2)));
 * assertNotEquals(promptHash([1, 2]), promptHash([1, 2, 0]));
 * ```
 */
export function promptHash(tokens: ArrayLike<number>): [number, number] {
  let state: [number, number] = [tokens.length, 0];
  for (let i = 0; i < tokens.length; i += 4) {
    const [a, b] = philox(state, [tokens[i]!, tokens[i + 1] ?? 0, tokens[i + 2] ?? 0, tokens[i + 3] ?? 0]);
    state = [a, b];
  }
  return state;
}
