/** r(x, y) − b(x). */
import { aggregate, type Baseline, baselineOf } from "./aggregates.ts";
import type { Reward } from "./reward.ts";
import { type BaselineTable, type PromptText, quote } from "./table.ts";

/** How to contrast. */
export interface ContrastOptions {
  /** Which number of a row is b(x). @default {"mean"} */
  readonly baseline?: Baseline;
}

/** A reward less what the policy that training began from scores on the same prompt. */
export interface ContrastiveReward<E> extends Reward<E> {
  /**
   * Looks up b(x).
   *
   * @param promptId Names the prompt.
   * @param prompt Its text.
   * @returns What is subtracted from the rewards of its responses.
   */
  baseline(promptId: string, prompt: string): Promise<number>;
}

/**
 * Makes a reward contrastive: it subtracts each prompt's baseline, and does nothing else. Scale, clip and penalties are
 * the trainer's, and the same without baselines.
 *
 * @param reward What the table was scored with.
 * @param table The baselines.
 * @param options How to contrast.
 * @returns A reward with an id of its own. Where all baselines are 0, its numbers have the bits of the given reward's.
 * Scoring throws a `RangeError` if the table lacks a prompt or knows its id with another text, or if a reward is not
 * finite or missing.
 * @throws {RangeError} If the table is another reward's, or lacks the responses that the baseline is made of.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, contrast, hashPrompt } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const table = await baselineTable([{
 *   ...{ promptId: "tea", promptHash: await hashPrompt("Tea?"), responses: [" Yes.", " No."], rewards: [1, 3] },
 *   ...{ policy: "sha256:01", rewardModel: "length", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }]);
 * type Episode = { promptId: string; prompt: string; response: string };
 * const score = (episodes: readonly Episode[]) => Promise.resolve(Float32Array.from(episodes, (e) => e.response.length));
 * const reward = contrast(Object.assign(score, { id: "length" }), table);
 *
 * assertEquals(await reward([{ promptId: "tea", prompt: "Tea?", response: " Please." }]), Float32Array.of(8 - 2));
 * assertEquals(await reward.baseline("tea", "Tea?"), 2);
 * ```
 */
export function contrast<E extends PromptText>(
  reward: Reward<E>,
  table: BaselineTable,
  { baseline = "mean" }: ContrastOptions = {},
): ContrastiveReward<E> {
  if (reward.id !== table.rewardModel) {
    throw new RangeError(
      `Expected the reward that the table was scored with, ${quote(table.rewardModel)}, but found ${
        quote(reward.id)
      }: ` +
        "baselines of one reward are no zero of another; score them again with this one",
    );
  }
  for (const row of table.rows.values()) aggregate(row, baseline); // refuses here what it would refuse in the run
  const score = async (episodes: readonly E[]) => {
    // First what may be refused, then what costs time.
    const offsets = await Promise.all(episodes.map((episode) => baselineOf(table, episode, baseline)));
    const rewards = await reward(episodes);
    checkRewards(rewards, episodes);
    return rewards.map((value, i) => value - offsets[i]!);
  };
  return Object.assign(score, {
    id: `${reward.id} - ${baseline} of ${table.id}`,
    baseline: (promptId: string, prompt: string) => baselineOf(table, { promptId, prompt }, baseline),
  });
}

function checkRewards(rewards: Float32Array, episodes: readonly PromptText[]): void {
  if (rewards.length !== episodes.length) {
    throw new RangeError(`Expected a reward for each of ${episodes.length} episodes but found ${rewards.length}`);
  }
  const bad = rewards.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(
    `Expected a finite reward for the response to prompt ${quote(episodes[bad]!.promptId)} but found ${
      rewards[bad]
    }: ` +
      "look at what the reward function says of it",
  );
}
