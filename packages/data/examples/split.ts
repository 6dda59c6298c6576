/** Which examples train and which are held out: decided by the prompt alone. */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** How examples are split. */
export interface SplitOptions {
  /**
   * Share of the prompts that are held out, from 0 to 1. What a smaller share holds out a larger one does too.
   *
   * @default {0.1}
   */
  readonly heldOut?: number;
  /**
   * Another seed, another split.
   *
   * @default {0}
   */
  readonly seed?: number;
}

/**
 * Says on which side of the split a prompt is. It depends on the prompt's text, the share and the seed, not on the other
 * rows or their order: the same prompt is never on both sides, and a file that grows keeps its split.
 *
 * @param prompt The whole prompt, before any turn is dropped.
 * @param options The share that is held out, and a seed.
 * @returns The side.
 * @throws {RangeError} If the share is not from 0 to 1.
 *
 * @example Usage
 * ```ts
 * import { splitOf } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const prompts = Array.from({ length: 1000 }, (_, i) => `What is ${i} + ${i}?`);
 * const heldOut = prompts.filter((prompt) => splitOf(prompt) === "held-out");
 * assertEquals(Math.round(heldOut.length / 50) * 50, 100);
 * ```
 */
export function splitOf(prompt: string, { heldOut = 0.1, seed = 0 }: SplitOptions = {}): "train" | "held-out" {
  if (!(heldOut >= 0 && heldOut <= 1)) {
    throw new RangeError(`Expected a share from 0 to 1 to be held out but found ${heldOut}`);
  }
  const digest = sha256(utf8ToBytes(`${seed}\n${prompt}`));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) < heldOut * 2 ** 32 ? "held-out" : "train";
}
