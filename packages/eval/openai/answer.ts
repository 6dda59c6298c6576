/** What a server answers, checked. */
import { z } from "zod";
import { type Answer, AskError } from "../ask/ask.ts";

const tokens = z.uint32(); // more than that is no cost, but a lie that would break sums

const schema = z.object({
  choices: z.array(z.object({
    message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
    finish_reason: z.string().nullish(),
  })).min(1),
  // An answer is there whatever is said about its cost; a cost that is none is not known.
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(undefined),
});

const refused = z.object({ error: z.object({ message: z.string() }) });

/** Why an answer ended, in the words of several servers. An end that nobody knows may be anywhere in it: it was cut off. */
const finishes: ReadonlyMap<string, Answer["finish"]> = new Map([
  ...["", "stop", "eos", "eos_token", "stop_sequence", "end_turn", "tool_calls"].map((end) => [end, "stop"] as const),
  ...["content_filter", "safety", "refusal"].map((end) => [end, "refusal"] as const),
]);

/**
 * Reads a chat completion. Of several choices the first one counts.
 *
 * @param body What the server sent, parsed.
 * @param place Who it is.
 * @param shown Takes out of a text what no message may hold.
 * @returns The answer. A refusal by the model, or by the server's filter, is one.
 * @throws {AskError} If it is not what the protocol says, of kind `question`.
 */
export function answerOf(body: unknown, place: string, shown: (text: string) => string): Answer {
  const { success, data, error } = schema.safeParse(body);
  if (!success) {
    const said = refused.safeParse(body).data?.error.message;
    if (said !== undefined) {
      const message = `Expected a chat completion from ${place} but found an error: ${shown(said).slice(0, 300)}`;
      throw new AskError(message, "question");
    }
    const { path, message } = error.issues[0]!;
    const where = path.join(".") || "the body";
    throw new AskError(`Expected a chat completion from ${place} but found ${where}: ${message}`, "question");
  }
  const { message: { content, refusal }, finish_reason: reason } = data.choices[0]!;
  const { usage } = data;
  return {
    text: content || refusal || "",
    finish: refusal ? "refusal" : finishes.get((reason ?? "").toLowerCase()) ?? "length",
    ...usage && { usage: { input: usage.prompt_tokens, output: usage.completion_tokens } },
  };
}
