/** Baselines as `tare sample` writes them: whether a file is one to go on with, and what is in it. */
import { type BaselineRow, baselineTable, betweenPromptShare, promiseOf, type SamplingRecord } from "@tare/contrastive";
import type { BaselinePrompt } from "@tare/sampler";
import type { Context } from "./command.ts";
import { digestOf } from "./digest.ts";
import { UsageError } from "./flags.ts";
import { differences } from "./run_record.ts";

/** What rows are made from, and what they have beside k responses. */
export interface Made {
  /** Fingerprint of the policy. */
  readonly policy: string;
  /** Id of the reward. */
  readonly rewardModel: string;
  /** Fingerprint of the template that rendered the prompts. */
  readonly template: string;
  /** How responses are drawn. */
  readonly sampling: SamplingRecord;
  /** Whether the most likely response is among them. */
  readonly greedy: boolean;
}

/**
 * Refuses to go on with rows that would come out otherwise now.
 *
 * @throws {UsageError} If something differs; the message names it.
 */
export function checkSampled(
  path: string,
  rows: readonly BaselineRow[],
  prompts: readonly BaselinePrompt[],
  made: Made,
): void {
  if (rows.length > prompts.length) {
    throw new UsageError(
      `Cannot resume ${path}: it has ${rows.length} rows for ${prompts.length} prompts; give the prompts that were used ` +
        `before, or begin anew with --force`,
    );
  }
  for (const [i, row] of rows.entries()) {
    const { id, text, answer } = prompts[i]!;
    const { policy, rewardModel, template, sampling, greedy, dataset } = row;
    const was = { prompt: row.promptId, promptHash: row.promptHash, policy, rewardModel, template, ...sampling };
    const changed = differences(
      { ...was, greedy: greedy !== undefined, dataset: dataset?.response },
      { prompt: id, promptHash: digestOf(text), ...made, sampling: undefined, ...made.sampling, dataset: answer?.text },
    );
    if (changed.length === 0) continue;
    throw new UsageError(
      `Cannot resume ${path}, because row ${i + 1} would come out otherwise now: ${
        changed.join("; ")
      }. Give what was used ` +
        `before, or begin anew with --force`,
    );
  }
}

/** What a whole file says: how rewards lie, how much of their variance is between prompts, and what that promises. */
export async function reportOf(rows: readonly BaselineRow[], { print }: Context): Promise<object> {
  const table = await baselineTable(rows);
  const all = rows.flatMap(({ rewards }) => rewards);
  const mean = all.reduce((sum, reward) => sum + reward / all.length, 0);
  const { policy, rewardModel, sampling: { k } } = table;
  const report = { rows: rows.length, k, policy, rewardModel, meanReward: mean };
  print(`${rows.length} prompts, ${k} responses each: mean reward ${mean.toPrecision(4)}\n`);
  const spread = betweenPromptShare(table);
  if (!spread.measurable) {
    print(`The share of its variance that lies between prompts cannot be measured: ${spread.why}\n`);
    return { ...report, betweenPrompts: null, why: spread.why };
  }
  const { value, low, high } = spread.share;
  const percent = (share: number) => (100 * share).toFixed(0);
  const promise = promiseOf(spread.share);
  print(
    `${percent(value)} % of its variance lies between prompts (95 % interval ${percent(low)} to ${
      percent(high)
    } %).\n` +
      `${promise}\n`,
  );
  return { ...report, betweenPrompts: { value, low, high }, promise };
}
