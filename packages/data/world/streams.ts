/** Random numbers of the world: one stream for each use, so that more of one thing changes no other. */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { philox, toUniform } from "@tare/core";

/** Second word of the key: what the numbers are for. */
export const stages: Readonly<
  Record<
    | ("heldOut" | "levels" | "severity")
    | ("demonstrations" | "preferences" | "judgements" | "evaluation")
    | ("responses" | "labels" | "ratings"),
    number
  >
> = {
  ...{ heldOut: 1, levels: 2, severity: 3 },
  ...{ demonstrations: 16, preferences: 17, judgements: 18, evaluation: 19 },
  ...{ responses: 32, labels: 64, ratings: 96 }, // added to one of the four above
};

/**
 * Numbers in [0, 1), one after another.
 *
 * @param seed Seed of the world.
 * @param stage What they are for.
 * @param a First word of the counter, such as the index of a prompt.
 * @param b Second word, such as the number of a draw.
 * @returns A function that gives the next one.
 */
export function uniforms(seed: number, stage: number, a = 0, b = 0): () => number {
  let block: readonly number[] = [];
  let drawn = 0;
  return () => {
    if (drawn % 4 === 0) block = philox([seed, stage], [a, b, drawn >>> 2, 0]);
    return toUniform(block[drawn++ % 4]!);
  };
}

/** A number of mean 0 and standard deviation 1: the sum of four uniform ones, so that all machines give the same bits. */
export function bell(uniform: () => number): number {
  return (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}

/** The numbers from 0 to `count` − 1 in random order. */
export function shuffled(count: number, uniform: () => number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** Two words that stand for a text. */
export function textHash(text: string): [number, number] {
  const digest = sha256(utf8ToBytes(text));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return [view.getUint32(0), view.getUint32(4)];
}
