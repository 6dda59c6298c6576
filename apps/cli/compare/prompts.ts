/** The prompts of a comparison. */
import type { Context } from "../command.ts";
import { UsageError } from "../flags.ts";
import { type PromptOptions, type PromptToAnswer, readPrompts, roomForPrompts } from "../prompts.ts";
import type { Policy } from "./policies.ts";

/** Prompts, what they were, and most tokens of one. */
export interface PromptsToCompare {
  readonly prompts: readonly PromptToAnswer[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly room: number;
}

/**
 * Reads the prompts, in ids of the first checkpoint if there is one; without a file, those that the first file of responses
 * answers.
 *
 * @param values The flags.
 * @param policies What is compared.
 * @param positions Most tokens of prompt and response together, by what the user calls the models that score.
 * @throws {UsageError} If there is no file, and not only files of responses.
 */
export async function promptsToCompare(
  values: PromptOptions & { readonly prompts?: string; readonly context?: number; readonly "max-tokens": number },
  policies: readonly Policy[],
  positions: Readonly<Record<string, number>>,
  context: Context,
): Promise<PromptsToCompare> {
  const checkpoints = policies.filter((policy) => policy.kind === "checkpoint");
  const own = Object.fromEntries(checkpoints.map(({ place, config }) => [place, config.positions]));
  const room = roomForPrompts(values, { ...own, ...positions });
  if (values.prompts !== undefined) {
    const options = { ...values, tokenizer: checkpoints[0]?.tokenizer, room };
    return { ...await readPrompts(values.prompts, options, context), room };
  }
  const [first] = policies;
  if (first!.kind === "file" && policies.every(({ kind }) => kind === "file")) {
    const said = [...first!.responses];
    const prompts = said.map(([id, { prompt: text }]): PromptToAnswer => ({ id, text, rendered: false }));
    return { prompts, inputs: {}, room };
  }
  throw new UsageError("Expected --prompts with a file of prompts: only files of responses bring their own");
}
