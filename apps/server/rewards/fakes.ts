/** What the tests share: tables, and scores that can be computed in the head. */
import { type BaselineRow, type BaselineTable, baselineTable, hashPrompt } from "@tare/contrastive";
import type { Score, ScoreRow } from "../options.ts";

/** A row of a table. */
export async function fakeRow(
  promptId: string,
  prompt: string,
  rewards: readonly number[] = [1, 2],
  more: Partial<BaselineRow> = {},
): Promise<BaselineRow> {
  return {
    ...{ promptId, prompt, promptHash: await hashPrompt(prompt), rewards, responses: rewards.map((_, i) => ` ${i}`) },
    ...{ policy: "policy", rewardModel: "fake", template: "" },
    sampling: { k: rewards.length, temperature: 1, maxTokens: 32, seed: 7 },
    ...more,
  };
}

/** A table of prompts and the rewards of their baselines. */
export async function fakeTable(prompts: Readonly<Record<string, readonly number[]>>): Promise<BaselineTable> {
  return await baselineTable(
    await Promise.all(Object.entries(prompts).map(([prompt, rewards], i) => fakeRow(`${i}`, prompt, rewards))),
  );
}

/** A score that keeps what it was asked for. */
export interface FakeScore extends Score {
  /** The rows of each batch. */
  readonly batches: (readonly ScoreRow[])[];
}

/** A score; each batch takes a turn of the event loop, or as long as `work` says. */
export function fakeScore(
  of: (row: ScoreRow) => number = valueOf,
  work: (rows: readonly ScoreRow[], signal?: AbortSignal) => Promise<unknown> = turn,
): FakeScore {
  const batches: (readonly ScoreRow[])[] = [];
  const score = async (rows: readonly ScoreRow[], signal?: AbortSignal) => {
    batches.push(rows);
    await work(rows, signal);
    return rows.map(of);
  };
  return Object.assign(score, { id: "fake", batches });
}

/** A number of 32 bits and no fewer, of the texts alone. */
export function valueOf({ prompt, response }: ScoreRow): number {
  let hash = 7;
  for (const letter of `${prompt}|${response}`) hash = Math.imul(hash, 31) + letter.codePointAt(0)! | 0;
  return Math.fround(hash / 0x9000_0001 * 3);
}

/** A row to score. */
export function scoreRow(prompt: string, response: string): ScoreRow {
  return { promptId: prompt, prompt, response, text: prompt + response };
}

/** A turn of the event loop, and a bit. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
