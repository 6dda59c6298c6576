/** What is refused before a run begins. */
import { type BaselineTable, type PromptText, rowOf } from "./table.ts";

/** What a table is to be used with. */
export interface TableUse {
  /** Fingerprint of the policy that training begins from. */
  readonly policy?: string;
  /** Fingerprint of the chat template that renders its prompts; empty without one. */
  readonly template?: string;
  /** What is to be trained on. */
  readonly prompts?: Iterable<PromptText>;
}

const why: Readonly<Record<"policy" | "template", string>> = {
  policy: "begin from the policy that the baselines were sampled from, or sample them again from this one",
  template: "render prompts with the template that the baselines were sampled with, or sample them again",
};

/**
 * Checks that a table suits a run, so that the run fails before it begins and not at the first strange prompt. The reward
 * is checked by {@linkcode contrast}.
 *
 * @param table The table.
 * @param use What it is to be used with; what is left out is not checked.
 * @throws {RangeError} If the baselines are of another policy or template, a prompt has none, or a known id has another
 * text.
 *
 * @example Usage
 * ```ts
 * import { baselineTable, checkTable, hashPrompt } from "@tare/contrastive";
 * import { assertRejects } from "@std/assert";
 *
 * const table = await baselineTable([{
 *   ...{ promptId: "tea", promptHash: await hashPrompt("Tea?"), responses: [" Yes.", " No."], rewards: [1, 3] },
 *   ...{ policy: "sha256:01", rewardModel: "sha256:02", template: "" },
 *   sampling: { k: 2, temperature: 1, maxTokens: 32, seed: 7 },
 * }]);
 * await checkTable(table, { policy: "sha256:01", prompts: [{ promptId: "tea", prompt: "Tea?" }] });
 * await assertRejects(() => checkTable(table, { policy: "sha256:09" }), RangeError, "sample them again");
 * ```
 */
export async function checkTable(table: BaselineTable, use: TableUse): Promise<void> {
  for (const field of ["policy", "template"] as const) {
    if (use[field] === undefined || use[field] === table[field]) continue;
    throw new RangeError(
      `Expected baselines of the ${field} "${use[field]}" but the table's are of "${table[field]}": ${why[field]}`,
    );
  }
  for (const prompt of use.prompts ?? []) await rowOf(table, prompt);
}
