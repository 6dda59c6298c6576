/** Tables that look like the real one and know less: controls of an experiment. */
import { aggregate, type Baseline } from "./aggregates.ts";
import { mean } from "./moments.ts";
import { mulberry32 } from "./mulberry32.ts";
import type { BaselineRow } from "./row.ts";
import { type BaselineTable, baselineTable } from "./table.ts";

/**
 * Gives each prompt the baselines of another: same numbers, no knowledge of the prompt.
 *
 * @param table The real one.
 * @param seed Decides who gets whose; equal seeds give equal tables.
 * @returns A table in which no prompt keeps its own responses and rewards.
 * @throws {RangeError} If there is one prompt only.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, hashPrompt, shuffleTable } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = ["tea", "milk"].map(async (promptId, i) => ({
 *   ...{ promptId, promptHash: await hashPrompt(promptId), responses: [" Yes."], rewards: [i] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 1, temperature: 1, maxTokens: 32, seed: 7 },
 * }));
 * const table = await shuffleTable(await baselineTable(await Promise.all(rows)), 3);
 * assertEquals([...table.rows.values()].map(({ promptId, rewards }) => [promptId, ...rewards]), [["tea", 1], ["milk", 0]]);
 * ```
 */
export function shuffleTable(table: BaselineTable, seed: number): Promise<BaselineTable> {
  const rows = [...table.rows.values()];
  if (rows.length < 2) {
    return Promise.reject(new RangeError("Expected 2 prompts or more to shuffle their baselines but found 1"));
  }
  const order = rows.map((_, i) => i);
  const random = mulberry32(seed);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * i); // below i, never i: Sattolo's shuffle is one cycle, nobody keeps their own
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return baselineTable(rows.map(({ promptId, promptHash, prompt }, i) => ({
    ...rows[order[i]!]!,
    ...{ promptId, promptHash, prompt },
  })));
}

/**
 * Gives all prompts one baseline, the mean over prompts: what a constant offset does, and no more.
 *
 * @param table The real one.
 * @param baseline Which number of each row is averaged; every number of the new rows is that average.
 * @returns The table.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, constantTable, hashPrompt } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = ["tea", "milk"].map(async (promptId, i) => ({
 *   ...{ promptId, promptHash: await hashPrompt(promptId), responses: [" Yes."], rewards: [i] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 1, temperature: 1, maxTokens: 32, seed: 7 },
 * }));
 * const table = await constantTable(await baselineTable(await Promise.all(rows)));
 * assertEquals([...table.rows.values()].map(({ rewards }) => rewards), [[0.5], [0.5]]);
 * ```
 */
export function constantTable(table: BaselineTable, baseline: Baseline = "mean"): Promise<BaselineTable> {
  return fillTable(table, mean(Array.from(table.rows.values(), (row) => aggregate(row, baseline))));
}

/**
 * Gives all prompts the baseline 0: contrastive rewards with it are the rewards themselves, bit for bit.
 *
 * @param table The real one.
 * @returns The table.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, hashPrompt, zeroTable } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const table = await zeroTable(await baselineTable([{
 *   ...{ promptId: "tea", promptHash: await hashPrompt("Tea?"), responses: [" Yes.", " No."], rewards: [1, 3] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }]));
 * assertEquals(table.rows.get("tea")!.rewards, [0, 0]);
 * ```
 */
export function zeroTable(table: BaselineTable): Promise<BaselineTable> {
  return fillTable(table, 0);
}

/** The same prompts and responses, with one reward for all. */
function fillTable(table: BaselineTable, reward: number): Promise<BaselineTable> {
  return baselineTable(Array.from(table.rows.values(), (row): BaselineRow => ({
    ...row,
    rewards: row.rewards.map(() => reward),
    ...row.greedy && { greedy: { ...row.greedy, reward } },
    ...row.dataset && { dataset: { ...row.dataset, reward } },
  })));
}
