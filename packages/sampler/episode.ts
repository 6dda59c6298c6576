/** A prompt and one response to it, as rewards and PPO see them. */
import type { Completion, FinishReason, Prompt } from "./sampler.ts";

/** A prompt and one response to it. */
export interface Episode {
  /** The prompt's. */
  readonly promptId: string;
  /** The rendered prompt; empty where a prompt had ids alone. */
  readonly prompt: string;
  /** The response's text, without end token. */
  readonly response: string;
  /** The prompt as the policy saw it. */
  readonly promptTokens: Uint32Array;
  /** Ids drawn, the end token included. */
  readonly tokens: Uint32Array;
  /** Log-probability of each token under the policy at the temperature that it was drawn with. */
  readonly logProbs: Float32Array;
  /** Why it ended. */
  readonly finish: FinishReason;
}

/** Scores episodes. */
export interface Reward<E = Episode> {
  /** What it was made from: two functions with one id give the same numbers. */
  readonly id: string;
  /**
   * Scores.
   *
   * @param episodes What to score.
   * @returns A number for each, in order.
   */
  (episodes: readonly E[]): Promise<Float32Array>;
}

/**
 * Puts a prompt and a completion of it together.
 *
 * @param prompt The prompt.
 * @param completion What was drawn for it.
 * @returns The episode.
 *
 * @example Usage
 * ```ts
 * import { type Completion, episodeOf } from "@tare/sampler";
 * import { assertEquals } from "@std/assert";
 *
 * const completion: Completion = {
 *   ...{ promptId: "a", index: 0, promptTokens: Uint32Array.of(3), tokens: Uint32Array.of(5, 0), text: " Yes." },
 *   ...{ logProbs: Float32Array.of(-1, -2), samplingLogProbs: Float32Array.of(-1, -2), finish: "eos" },
 * };
 * const { prompt, response } = episodeOf({ id: "a", text: "Is it?" }, completion);
 * assertEquals([prompt, response], ["Is it?", " Yes."]);
 * ```
 */
export function episodeOf(prompt: Prompt, completion: Completion): Episode {
  const { promptId, promptTokens, tokens, text, logProbs, finish } = completion;
  return { promptId, prompt: prompt.text ?? "", response: text, promptTokens, tokens, logProbs, finish };
}
