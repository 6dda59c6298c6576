/** Baselines by prompt, and what made them: a baseline is good for one reward, one prompt text and one policy only. */
import { hashPrompt } from "./hash.ts";
import { parseBaselineRow } from "./parse_row.ts";
import type { BaselineRow, SamplingRecord } from "./row.ts";

/** What a baseline is looked up by. An episode is one. */
export interface PromptText {
  /** Names the prompt. */
  readonly promptId: string;
  /** The rendered prompt. */
  readonly prompt: string;
}

/** Rows of one policy, one reward model, one template and one way of sampling. */
export interface BaselineTable {
  /** Hash of its numbers and of the prompts that they are for: tables with one id give the same baselines. */
  readonly id: string;
  /** Fingerprint of the policy that responded. */
  readonly policy: string;
  /** Id of the reward that scored. */
  readonly rewardModel: string;
  /** Fingerprint of the chat template; empty without one. */
  readonly template: string;
  /** How responses were drawn. */
  readonly sampling: SamplingRecord;
  /** A row for each prompt, by its id, in the order in which they came. */
  readonly rows: ReadonlyMap<string, BaselineRow>;
}

/**
 * Makes a table of rows.
 *
 * @param rows One for each prompt; from a file, `parseBaselineRow` makes them with its name and line in errors.
 * @returns The table.
 * @throws {TypeError} If a field of a row is missing or of a wrong kind.
 * @throws {RangeError} If there is no row, two have one id, they differ in what made them, or one has no responses, not as
 * many rewards as responses, a reward that is not finite, or a prompt that is not the one of its hash.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, hashPrompt } from "@tare/contrastive";
 * import { assertEquals } from "@std/assert";
 *
 * const table = await baselineTable([{
 *   ...{ promptId: "tea", promptHash: await hashPrompt("Tea?"), responses: [" Yes.", " No."], rewards: [1, 3] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }]);
 * assertEquals([table.rows.size, table.rewardModel], [1, "sha256:02"]);
 * ```
 */
export async function baselineTable(
  rows: Iterable<BaselineRow> | AsyncIterable<BaselineRow>,
): Promise<BaselineTable> {
  const byId = new Map<string, BaselineRow>();
  for await (const given of rows) {
    const where = `row ${byId.size + 1} of the table`;
    const row = parseBaselineRow(given, where);
    if (byId.has(row.promptId)) {
      throw new RangeError(
        `${where}: expected one row for each prompt but found ${quote(row.promptId)} twice: keep one of them`,
      );
    }
    if (row.prompt !== undefined && await hashPrompt(row.prompt) !== row.promptHash) {
      throw new RangeError(
        `${where}: expected the prompt of ${quote(row.promptId)} to have the hash beside it but the text is another: ` +
          "sample its baseline again",
      );
    }
    byId.set(row.promptId, row);
  }
  const [first, ...others] = byId.values();
  if (!first) throw new RangeError("Expected a table of one row or more but found none: sample baselines first");
  for (const other of others) checkSameOrigin(first, other);
  const { policy, rewardModel, template, sampling } = first;
  return { id: await idOf(byId.values()), policy, rewardModel, template, sampling, rows: byId };
}

/** Refuses rows that two runs of sampling made: their baselines do not compare. */
function checkSameOrigin(first: BaselineRow, other: BaselineRow): void {
  for (const field of ["policy", "rewardModel", "template", "sampling"] as const) {
    const [one, two] = [JSON.stringify(first[field]), JSON.stringify(other[field])];
    if (one === two) continue;
    throw new RangeError(
      `Expected one ${field} in all rows of a table but ${quote(first.promptId)} has ${one} and ` +
        `${quote(other.promptId)} has ${two}: sample both the same way, or make two tables`,
    );
  }
}

/** Of what baselines are computed from, and no more: not of the responses' texts. */
async function idOf(rows: Iterable<BaselineRow>): Promise<string> {
  const numbers = Array.from(
    rows,
    ({ promptId, promptHash, rewards, greedy, dataset }) =>
      JSON.stringify([promptId, promptHash, rewards, greedy?.reward, dataset?.reward]),
  );
  return `sha256:${(await hashPrompt(numbers.join("\n"))).slice(0, 16)}`;
}

/**
 * Looks up a prompt's row.
 *
 * @param table The table.
 * @param prompt The prompt's id and text.
 * @returns Its row.
 * @throws {RangeError} If the table lacks the prompt, or knows the id with another text.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, hashPrompt, rowOf } from "@tare/contrastive";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const table = await baselineTable([{
 *   ...{ promptId: "tea", promptHash: await hashPrompt("Tea?"), responses: [" Yes.", " No."], rewards: [1, 3] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }]);
 * assertEquals((await rowOf(table, { promptId: "tea", prompt: "Tea?" })).rewards, [1, 3]);
 * await assertRejects(() => rowOf(table, { promptId: "tea", prompt: "Coffee?" }), RangeError, "another text");
 * ```
 */
export async function rowOf(table: BaselineTable, { promptId, prompt }: PromptText): Promise<BaselineRow> {
  const row = table.rows.get(promptId);
  if (!row) {
    throw new RangeError(
      `Expected a baseline for prompt ${quote(promptId)} but the table of ${table.rows.size} prompts has none: ` +
        "sample baselines for all prompts that you train on, or leave this one out",
    );
  }
  if (await hashPrompt(prompt) === row.promptHash) return row;
  throw new RangeError(
    `Expected prompt ${quote(promptId)} to have the text that its baseline was sampled for but found another text, ` +
      `${quote(prompt)}: sample baselines again, or give the prompt another id`,
  );
}

/** A text for an error: in quotes, and not too long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
