/** b(x): what a prompt's rewards come to. */
import { type BaselineTable, type PromptText, quote, rowOf } from "./table.ts";
import type { BaselineRow } from "./row.ts";

/**
 * Which number of a row is subtracted: nothing, which is plain PPO; the mean of its k rewards, which is the paper's; their
 * median, largest or smallest; the reward of the data's own response; or that of the most likely response.
 */
export type Baseline = "none" | "mean" | "median" | "max" | "min" | "dataset" | "greedy";

const aggregates: Readonly<Record<Baseline, (row: BaselineRow) => number>> = {
  none: () => 0,
  mean: ({ rewards }) => rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length,
  median: ({ rewards }) => {
    const sorted = rewards.toSorted((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  },
  max: ({ rewards }) => Math.max(...rewards),
  min: ({ rewards }) => Math.min(...rewards),
  dataset: (row) => rewardOf(row, "dataset", "its data had none: take another baseline"),
  greedy: (row) => rewardOf(row, "greedy", "sample baselines with it (--greedy), or take another baseline"),
};

/** The family by name, for settings and their errors. */
export const baselines: readonly Baseline[] = Object.keys(aggregates) as Baseline[];

function rewardOf(row: BaselineRow, field: "dataset" | "greedy", advice: string): number {
  const reward = row[field]?.reward;
  if (reward !== undefined) return reward;
  throw new RangeError(
    `Expected a ${field} response in the row of prompt ${quote(row.promptId)} but found none: ${advice}`,
  );
}

/**
 * Computes a prompt's baseline from its row.
 *
 * @param row The prompt's row.
 * @param baseline Which number.
 * @returns b(x).
 * @throws {RangeError} If the row lacks the response that is asked for, or no baseline has that name.
 *
 * @example Usage
 * ```ts
 * import { aggregate, type BaselineRow } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const row: BaselineRow = {
 *   ...{ promptId: "tea", promptHash: "ab".repeat(32), responses: ["a", "b", "c"], rewards: [1, 2, 6] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 3, temperature: 1, maxTokens: 32, seed: 7 },
 * };
 * assertEquals((["none", "mean", "median", "max", "min"] as const).map((b) => aggregate(row, b)), [0, 3, 2, 6, 1]);
 * ```
 */
export function aggregate(row: BaselineRow, baseline: Baseline): number {
  if (Object.hasOwn(aggregates, baseline)) return aggregates[baseline](row);
  throw new RangeError(`Expected a baseline of ${baselines.join(", ")} but found ${quote(`${baseline}`)}`);
}

/**
 * Looks up a prompt's baseline.
 *
 * @param table The table.
 * @param prompt The prompt's id and text.
 * @param baseline Which number of its row.
 * @returns b(x).
 * @throws {RangeError} If the table lacks the prompt, knows the id with another text, or lacks the response asked for.
 *
 * @example Usage
 * ```ts
 * import { baselineOf, baselineTable, hashPrompt } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const table = await baselineTable([{
 *   ...{ promptId: "tea", promptHash: await hashPrompt("Tea?"), responses: [" Yes.", " No."], rewards: [1, 3] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }]);
 * assertEquals(await baselineOf(table, { promptId: "tea", prompt: "Tea?" }), 2);
 * ```
 */
export async function baselineOf(
  table: BaselineTable,
  prompt: PromptText,
  baseline: Baseline = "mean",
): Promise<number> {
  return aggregate(await rowOf(table, prompt), baseline);
}
