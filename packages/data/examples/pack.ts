/** Sequences go into micro-batches by their tokens: a batch has no padding, so its cost is what it holds. */

/**
 * Groups sequences in their order, each group with at most `budget` tokens. A sequence that is longer than the budget has
 * a group of its own: it is one example, and cannot be cut.
 *
 * @param lengths Tokens of each sequence.
 * @param budget Most tokens of a group.
 * @returns Indices of the sequences of each group; every index once, in ascending order.
 * @throws {RangeError} If a length or the budget is no number of tokens.
 *
 * @example Usage
 * ```ts
 * import { packByTokens } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(packByTokens([60, 40, 30, 200, 10], 100), [[0, 1], [2], [3], [4]]);
 * ```
 */
export function packByTokens(lengths: readonly number[], budget: number): number[][] {
  if (!Number.isSafeInteger(budget) || budget < 1) {
    throw new RangeError(`Expected a budget of 1 token or more but found ${budget}`);
  }
  const groups: number[][] = [];
  let room = 0;
  for (const [i, length] of lengths.entries()) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Expected lengths of 0 tokens or more but found ${length} at ${i}`);
    }
    if (groups.length === 0 || length > room) {
      groups.push([]);
      room = budget;
    }
    groups.at(-1)!.push(i);
    room -= length;
  }
  return groups;
}

/**
 * Groups examples as {@linkcode packByTokens} groups their lengths: the micro-batches of a batch.
 *
 * @typeParam E An example.
 * @param examples What to group.
 * @param lengthOf Tokens of an example.
 * @param budget Most tokens of a group.
 * @returns The groups, in order.
 * @throws {RangeError} If a length or the budget is no number of tokens.
 *
 * @example Usage
 * ```ts
 * import { microBatches } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(microBatches(["the", "cat", "sat"], (word) => word.length, 7), [["the", "cat"], ["sat"]]);
 * ```
 */
export function microBatches<E>(examples: readonly E[], lengthOf: (example: E) => number, budget: number): E[][] {
  return packByTokens(examples.map(lengthOf), budget).map((group) => group.map((i) => examples[i]!));
}
