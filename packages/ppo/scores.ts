/** What the reward function says of episodes. */
import type { Episode, Reward } from "@tare/sampler";

/**
 * Scores episodes.
 *
 * @param reward The reward function.
 * @param episodes What to score.
 * @returns A number for each.
 * @throws {RangeError} If there is not one finite number for each episode; the message names the prompt.
 */
export async function scoresOf(reward: Reward<Episode>, episodes: readonly Episode[]): Promise<Float32Array> {
  const scores = await reward(episodes);
  if (scores.length !== episodes.length) {
    throw new RangeError(
      `Expected the reward function "${reward.id}" to give one number for each of ${episodes.length} episodes but found ` +
        `${scores.length}`,
    );
  }
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return scores;
  const { promptId, response } = episodes[bad]!;
  throw new RangeError(
    `Expected a finite reward of a response to prompt "${promptId}" from the reward function "${reward.id}" but found ` +
      `${scores[bad]}, for ${JSON.stringify(response.slice(0, 80))}`,
  );
}
