/** What a server answers, checked. */
import { z } from "zod";
import { type Answer, AskError } from "../ask/ask.ts";

const tokens = z.int().min(0);

const schema = z.object({
  choices: z.array(z.object({
    message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    finish_reason: z.string().nullish(),
  })).min(1),
  // An answer is there whatever is said about its cost; a cost that is none is not known.
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(undefined),
});

/**
 * Reads a chat completion.
 *
 * @param body What the server sent, parsed.
 * @param place Who it is.
 * @returns The answer. A refusal by the model, or by the server's filter, is one.
 * @throws {AskError} If it is not what the protocol says, of kind `question`.
 */
export function answerOf(body: unknown, place: string): Answer {
  const { success, data, error } = schema.safeParse(body);
  if (!success) {
    const { path, message } = error.issues[0]!;
    const where = path.join(".") || "the body";
    throw new AskError(`Expected a chat completion from ${place} but found ${where}: ${message}`, "question");
  }
  const { message: { content, refusal }, finish_reason: reason } = data.choices[0]!;
  const { usage } = data;
  return {
    text: content || refusal || "",
    finish: refusal || reason === "content_filter" ? "refusal" : reason === "length" ? "length" : "stop",
    ...usage && { usage: { input: usage.prompt_tokens, output: usage.completion_tokens } },
  };
}
