/** Best of n: what a reward model makes of a policy without training it. */
import type { Episode } from "@tare/sampler";
import { UsageError } from "../flags.ts";
import type { Policy } from "./policies.ts";

/**
 * Refuses a best of n that nobody could choose, or that would all be one.
 *
 * @throws {UsageError} If there is no reward, no chance in the drawing, or a policy of this name.
 */
export function checkBestOf(
  { "best-of": n, reward, temperature }: { "best-of"?: number; reward?: string; temperature: number },
  policies: readonly Policy[],
): void {
  if (n === undefined) return;
  if (reward === undefined) throw new UsageError("Expected --reward beside --best-of: it chooses the best");
  if (temperature === 0) {
    throw new UsageError("Expected --temperature above 0 beside --best-of: all responses would be the same");
  }
  if (policies[0]!.kind !== "checkpoint") {
    throw new UsageError(
      "Expected a checkpoint as the first policy beside --best-of: its responses are drawn from that",
    );
  }
  if (policies.some(({ name }) => name === nameOfBest(n))) {
    throw new UsageError(`Expected no policy named ${nameOfBest(n)} beside --best-of ${n}: give it another name`);
  }
}

/** What the policy is called that takes the best of n. */
export function nameOfBest(n: number): string {
  return `best-of-${n}`;
}

/**
 * Of each prompt the response with the highest reward, the first of equals.
 *
 * @param episodes n of each prompt, prompt by prompt.
 * @param rewards Theirs.
 * @param n How many of each prompt.
 */
export function bestOf(episodes: readonly Episode[], rewards: readonly number[], n: number): Episode[] {
  return Array.from({ length: episodes.length / n }, (_, prompt) => {
    const indices = Array.from({ length: n }, (_, i) => prompt * n + i);
    return episodes[indices.reduce((best, i) => rewards[i]! > rewards[best]! ? i : best)]!;
  });
}
