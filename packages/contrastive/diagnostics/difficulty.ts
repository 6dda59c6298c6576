/** Claim 4: contrastive rewards calibrate to the difficulty of the task. */
import { mean, squares } from "../moments.ts";
import type { BaselineTable } from "../table.ts";
import { promptMeans } from "./by_prompt.ts";
import { type Estimate, meanEstimate, type Measured, tInterval, unmeasurable } from "./estimate.ts";

/** Prompts of similar difficulty. */
export interface DifficultyPart {
  /** Mean baseline of these prompts: the lower, the harder. */
  readonly baseline: number;
  /** What responses score above the policy that training began from. */
  readonly gain: Estimate;
  /** How many prompts these are. */
  readonly prompts: number;
}

/** Gain by difficulty. */
export interface Difficulty {
  /** Parts of the prompts, the hardest first; equally large, but for a remainder. */
  readonly parts: readonly DifficultyPart[];
  /** Gain of the hardest part less gain of the easiest. */
  readonly difference: Estimate;
}

/**
 * Measures the gain over the baseline on hard and on easy prompts.
 *
 * A prompt that was unlucky in its k samples looks hard, and then seems to gain: if the same samples sorted prompts and were
 * subtracted, gain would fall with b(x) though nothing had been learned. So one half of a prompt's samples says how hard it
 * is, and the other half is what the gain is measured from; what has learned nothing gains 0 in every part.
 *
 * @param episodes Responses of one policy, with the reward model's rewards.
 * @param table The baselines, of 2 responses or more to each prompt.
 * @param options How to divide.
 * @param options.parts Into how many parts prompts are divided by their difficulty.
 * @returns The gain of each part, with t intervals over prompts; not measurable with one response in the table, with fewer
 * than 2 prompts to a part, or if the table lacks a prompt.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, gainByDifficulty, hashPrompt } from "@tare/contrastive";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const rows = [[1, 1], [2, 2], [8, 8], [9, 9]].map(async (rewards, i) => ({
 *   ...{ promptId: `${i}`, promptHash: await hashPrompt(`${i}?`), responses: ["a", "b"], rewards },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }));
 * const episodes = [5, 5, 9, 9].map((raw, i) => ({ promptId: `${i}`, raw }));
 * const found = gainByDifficulty(episodes, await baselineTable(await Promise.all(rows)), { parts: 2 });
 * assert(found.measurable);
 * assertEquals(found.parts.map(({ baseline, gain }) => [baseline, gain.value]), [[1.5, 3.5], [8.5, 0.5]]);
 * ```
 */
export function gainByDifficulty(
  episodes: readonly { readonly promptId: string; readonly raw: number }[],
  table: BaselineTable,
  { parts = 4 }: { parts?: number } = {},
): Measured<Difficulty> {
  const rewards = promptMeans(episodes, ({ raw }) => raw);
  const { k } = table.sampling;
  if (k < 2) return unmeasurable("one sample a prompt cannot both sort prompts and be subtracted: sample 2 or more");
  if (rewards.size < 2 * parts) {
    return unmeasurable(`${rewards.size} prompts are too few for ${parts} parts of 2 or more`);
  }
  const missing = [...rewards.keys()].find((promptId) => !table.rows.has(promptId));
  if (missing !== undefined) return unmeasurable(`the table has no baseline of prompt ${JSON.stringify(missing)}`);

  const half = Math.ceil(k / 2);
  const prompts = Array.from(rewards, ([promptId, reward]) => {
    const samples = table.rows.get(promptId)!.rewards;
    return { baseline: mean(samples.slice(0, half)), gain: reward - mean(samples.slice(half)) };
  }).sort((a, b) => a.baseline - b.baseline);
  const cut = (part: number) => Math.round(part * prompts.length / parts);
  const divided = Array.from({ length: parts }, (_, part) => prompts.slice(cut(part), cut(part + 1)));
  const gains = divided.map((part) => part.map(({ gain }) => gain));
  return {
    measurable: true,
    parts: divided.map((part, i) => ({
      ...{ baseline: mean(part.map(({ baseline }) => baseline)), gain: meanEstimate(gains[i]!), prompts: part.length },
    })),
    difference: differenceEstimate(gains[0]!, gains.at(-1)!),
  };
}

/** Difference of two means of independent numbers, with Welch's interval. */
function differenceEstimate(a: readonly number[], b: readonly number[]): Estimate {
  const [va, vb] = [a, b].map((values) => squares(values) / (values.length - 1) / values.length) as [number, number];
  const degrees = (va + vb) ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  return tInterval(mean(a) - mean(b), Math.sqrt(va + vb), Math.floor(degrees) || 1);
}
