/** How rewards spread within prompts and between them: one-way analysis of variance with prompts as groups. */
import { mean, squares } from "./moments.ts";
import type { BaselineTable } from "./table.ts";

/** One prompt's share of the sums. */
export interface PromptSpread {
  /** Mean of its rewards. */
  readonly mean: number;
  /** Sum of their squared distances from it. */
  readonly squares: number;
}

/** Mean and inner spread of each prompt's rewards. */
export function spreadOf(table: BaselineTable): PromptSpread[] {
  return Array.from(table.rows.values(), ({ rewards }) => ({ mean: mean(rewards), squares: squares(rewards) }));
}

/**
 * Measures how far the rewards of one prompt's responses lie apart: the unit of a contrastive reward. Its inverse is a scale
 * of rewards that is the same with baselines and without, unlike a running standard deviation, which makes β smaller with
 * them.
 *
 * @param table The baselines, of 2 responses or more to each prompt.
 * @returns Standard deviation within prompts, pooled over all of them.
 * @throws {RangeError} If there is one response to each prompt, or all responses to one prompt have equal rewards.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, hashPrompt, withinPromptDeviation } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [[0, 2], [100, 102]].map(async (rewards, i) => ({
 *   ...{ promptId: `${i}`, promptHash: await hashPrompt(`${i}?`), responses: ["a", "b"], rewards },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }));
 * assertEquals(withinPromptDeviation(await baselineTable(await Promise.all(rows))), Math.SQRT2);
 * ```
 */
export function withinPromptDeviation(table: BaselineTable): number {
  const { k } = table.sampling;
  if (k < 2) {
    throw new RangeError(
      "Expected 2 responses or more to each prompt, to measure how their rewards differ, but found 1: sample with k = 5, " +
        "or give the scale of rewards as a number",
    );
  }
  const total = spreadOf(table).reduce((sum, prompt) => sum + prompt.squares, 0);
  if (total > 0) return Math.sqrt(total / (table.rows.size * (k - 1)));
  throw new RangeError(
    "Expected rewards that differ between responses to one prompt but found equal ones for all prompts: look into the " +
      "reward model, or give the scale of rewards as a number",
  );
}
