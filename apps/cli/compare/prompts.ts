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
 * Reads the prompts, in ids of the first checkpoint if there is one; without a file, those that the first policy answers, if
 * that is a file of responses and no checkpoint is to answer them.
 *
 * @param values The flags.
 * @param policies What is compared.
 * @param positions Most tokens of prompt and response together, by what the user calls the models that score.
 * @throws {UsageError} If there is neither.
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
  if (first!.kind === "file" && checkpoints.length === 0) {
    const said = [...first!.responses];
    const prompts = said.map(([id, { prompt: text }]): PromptToAnswer => ({ id, text, rendered: false }));
    return { prompts, inputs: {}, room };
  }
  throw new UsageError(
    "Expected --prompts with a file of prompts: a file of responses brings its own where it comes first, and no checkpoint is to answer them",
  );
}
