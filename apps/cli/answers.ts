/** The data's own responses, beside those that are sampled. */
import { encodeDemonstration, type Tokenizer } from "@tare/data";
import type { BaselinePrompt } from "@tare/sampler";
import type { Context } from "./command.ts";
import { UsageError } from "./flags.ts";
import type { PromptToAnswer } from "./prompts.ts";

/** Prompts without what the data say to them. */
export function withoutAnswers(prompts: readonly PromptToAnswer[]): BaselinePrompt[] {
  return prompts.map(({ answer: _, ...prompt }) => prompt);
}

/**
 * Prompts with what the data say to them, in the ids of the policy, which end as those of training do. What the models cannot
 * take is left out, and counted in a note.
 *
 * @throws {UsageError} If the data say nothing.
 */
export function withAnswers(
  prompts: readonly PromptToAnswer[],
  source: string,
  tokenizer: Tokenizer | undefined,
  context: number,
  { note }: Context,
): BaselinePrompt[] {
  const answered = prompts.map(({ answer, ...prompt }): BaselinePrompt => {
    if (answer === undefined) return prompt;
    if (!tokenizer) return { ...prompt, answer: { text: answer } };
    const example = { prompt: prompt.text, rendered: prompt.rendered, completion: answer };
    const sequence = encodeDemonstration(tokenizer, example, { context });
    return "skip" in sequence
      ? prompt
      : { ...prompt, answer: { text: answer, tokens: sequence.tokens.subarray(sequence.start) } };
  });
  const missing = answered.filter(({ answer }) => !answer).length;
  if (missing === prompts.length) {
    throw new UsageError(`Expected responses in ${source}, for --dataset: rows with a completion, or with chosen`);
  }
  if (missing > 0) note(`${source}: ${missing} prompts have no response of the data, or one that is too long`);
  return answered;
}
