/** What the tests share: rows and tables of given rewards, and normal numbers. */
import { hashPrompt } from "./hash.ts";
import { mulberry32 } from "./mulberry32.ts";
import type { BaselineRow } from "./row.ts";
import { type BaselineTable, baselineTable } from "./table.ts";

/** A row; its prompt reads like its id. */
export async function fakeRow(
  promptId: string,
  rewards: readonly number[],
  more: Partial<BaselineRow> = {},
): Promise<BaselineRow> {
  return {
    ...{ promptId, promptHash: await hashPrompt(promptId), rewards, responses: rewards.map((_, i) => `response ${i}`) },
    ...{ policy: "policy", rewardModel: "reward", template: "" },
    sampling: { k: rewards.length, temperature: 1, maxTokens: 32, seed: 7 },
    ...more,
  };
}

/** A table; its prompts are "0", "1", …. */
export async function fakeTable(rewards: readonly (readonly number[])[]): Promise<BaselineTable> {
  return await baselineTable(await Promise.all(rewards.map((row, i) => fakeRow(`${i}`, row))));
}

/** Standard normal numbers, by Box and Muller. */
export function normals(seed: number): () => number {
  const uniform = mulberry32(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
