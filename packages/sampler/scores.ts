/** What a reward function says of episodes, checked. */
import type { Episode, Reward } from "./episode.ts";

/**
 * Scores episodes.
 *
 * @param reward The reward function.
 * @param episodes What to score.
 * @returns A finite number for each, in order.
 * @throws {RangeError} If there is not one finite number for each episode; the message names reward, prompt and response.
 *
 * @example Usage
 * ```ts
 * import { type Episode, type Reward, scoresOf } from "@tare/sampler";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const none = { promptTokens: new Uint32Array(), tokens: new Uint32Array(), logProbs: new Float32Array() };
 * const episode: Episode = { promptId: "a", prompt: "Is it?", response: " Yes.", finish: "eos", ...none };
 * const rewardOf = (score: number): Reward => Object.assign(() => Promise.resolve(Float32Array.of(score)), { id: "odd" });
 * assertEquals(await scoresOf(rewardOf(2), [episode]), Float32Array.of(2));
 * await assertRejects(() => scoresOf(rewardOf(NaN), [episode]), RangeError, 'found NaN for prompt "a"');
 * ```
 */
export async function scoresOf(reward: Reward<Episode>, episodes: readonly Episode[]): Promise<Float32Array> {
  const scores = await reward(episodes);
  if (scores.length !== episodes.length) {
    throw new RangeError(
      `Expected reward "${reward.id}" to give a number for each of ${episodes.length} episodes but found ${scores.length}`,
    );
  }
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return scores;
  const { promptId, response } = episodes[bad]!;
  throw new RangeError(
    `Expected reward "${reward.id}" to give finite numbers but found ${scores[bad]} for prompt "${promptId}" and the ` +
      `response ${JSON.stringify(response.slice(0, 60))}`,
  );
}
