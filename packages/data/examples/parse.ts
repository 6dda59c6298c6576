/** Rows become examples: the formats of TRL and of HH-RLHF, by the fields that a row has. */
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Demonstration, Preference, PromptExample, PromptText, Rating } from "./examples.ts";
import { FieldError, type Fields, fieldsOf, has, messagesOf, numberOf, refuseFields, textOf } from "./fields.ts";
import { plainPrompt, splitTranscript } from "./hh_rlhf.ts";
import { renderConversation, renderPrompt } from "./messages.ts";
import type { Skipped } from "./skips.ts";

/** How rows become examples. */
export interface ParseOptions {
  /** The model's: its chat template renders rows that are conversations, which are refused without it. */
  readonly tokenizer?: Pick<Tokenizer, "renderChat">;
}

/**
 * Reads a row as a demonstration: `{prompt, completion}` as text or as messages, `{messages}` whose last one is the
 * completion, or `{text}`, all of which is completion.
 *
 * @param row The row's value.
 * @param options What renders messages.
 * @returns The demonstration, or why the row is left out: its completion is empty.
 * @throws {SyntaxError} If a field is missing or of the wrong kind; the message names it.
 * @throws {TypeError} If messages need a tokenizer, or it has no chat template.
 *
 * @example Usage
 * ```ts
 * import { parseDemonstration } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseDemonstration({ prompt: "2 + 2 =", completion: " 4" }), { prompt: "2 + 2 =", completion: " 4" });
 * assertEquals(parseDemonstration({ text: "All of it." }), { prompt: "", completion: "All of it." });
 * ```
 */
export function parseDemonstration(row: unknown, { tokenizer }: ParseOptions = {}): Demonstration | Skipped {
  const fields = fieldsOf(row);
  if (has(fields, "messages")) return renderConversation(tokenizer, messagesOf(fields, "messages"), "messages");
  if (has(fields, "completion")) {
    if (!Array.isArray(fields.completion)) {
      return unlessEmpty({ ...promptOf(fields), completion: textOf(fields, "completion") });
    }
    const messages = [...messagesOf(fields, "prompt"), ...messagesOf(fields, "completion")];
    return renderConversation(tokenizer, messages, "completion");
  }
  if (has(fields, "text")) return unlessEmpty({ prompt: "", completion: textOf(fields, "text") });
  return refuseFields(fields, "prompt and completion, or messages, or text");
}

/**
 * Reads a row as a rating: a demonstration with a number `rating`.
 *
 * @param row The row's value.
 * @param options What renders messages.
 * @returns The rating, or why the row is left out.
 * @throws {SyntaxError} If a field is missing or of the wrong kind; the message names it.
 * @throws {TypeError} If messages need a tokenizer, or it has no chat template.
 *
 * @example Usage
 * ```ts
 * import { parseRating } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const row = { prompt: "2 + 2 =", completion: " 5", rating: 0.1 };
 * assertEquals(parseRating(row), row);
 * ```
 */
export function parseRating(row: unknown, options: ParseOptions = {}): Rating | Skipped {
  const rating = numberOf(fieldsOf(row), "rating");
  const example = parseDemonstration(row, options);
  return "skip" in example ? example : { ...example, rating };
}

/**
 * Reads a row as a preference: `{prompt, chosen, rejected}` as text or as messages, conversations `{chosen, rejected}` that
 * differ in their last message, or HH-RLHF's transcripts `{chosen, rejected}`, split at the last `"\n\nAssistant:"`; each
 * with a number `margin` or without.
 *
 * @param row The row's value.
 * @param options What renders messages.
 * @returns The preference, or why the row is left out: its prompts differ, a side is empty, or both are equal.
 * @throws {SyntaxError} If a field is missing or of the wrong kind; the message names it.
 * @throws {TypeError} If messages need a tokenizer, or it has no chat template.
 *
 * @example Usage
 * ```ts
 * import { parsePreference } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const pair = parsePreference({ chosen: "\n\nHuman: Hi\n\nAssistant: Hello!", rejected: "\n\nHuman: Hi\n\nAssistant: No." });
 * assertEquals(pair, { prompt: "\n\nHuman: Hi\n\nAssistant:", chosen: " Hello!", rejected: " No." });
 * ```
 */
export function parsePreference(row: unknown, { tokenizer }: ParseOptions = {}): Preference | Skipped {
  const fields = fieldsOf(row);
  if (!has(fields, "chosen") || !has(fields, "rejected")) {
    return refuseFields(fields, "chosen and rejected, with prompt or without");
  }
  const margin = has(fields, "margin") ? { margin: marginOf(fields) } : {};
  const pair = Array.isArray(fields.chosen) ? conversations(fields, tokenizer) : texts(fields);
  if ("skip" in pair) return pair;
  if (pair.chosen.trim() === "" || pair.rejected.trim() === "") return { skip: "empty completion" };
  return pair.chosen === pair.rejected ? { skip: "equal completions" } : { ...pair, ...margin };
}

/**
 * Reads a row as a prompt: `{prompt}` as text or as messages, with an `id` or without.
 *
 * @param row The row's value.
 * @param options What renders messages.
 * @returns The prompt.
 * @throws {SyntaxError} If a field is missing or of the wrong kind; the message names it.
 * @throws {TypeError} If messages need a tokenizer, or it has no chat template.
 *
 * @example Usage
 * ```ts
 * import { parsePrompt } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parsePrompt({ prompt: "2 + 2 =", id: 7 }), { prompt: "2 + 2 =", id: "7" });
 * ```
 */
export function parsePrompt(row: unknown, { tokenizer }: ParseOptions = {}): PromptExample {
  const fields = fieldsOf(row);
  if (!has(fields, "prompt")) return refuseFields(fields, "prompt, with id or without");
  const prompt = Array.isArray(fields.prompt)
    ? renderPrompt(tokenizer, messagesOf(fields, "prompt"), "prompt")
    : promptOf(fields);
  if (!has(fields, "id")) return prompt;
  return { ...prompt, id: typeof fields.id === "string" ? textOf(fields, "id") : `${numberOf(fields, "id")}` };
}

function promptOf(fields: Fields): PromptText {
  return plainPrompt(textOf(fields, "prompt"));
}

function unlessEmpty(example: Demonstration): Demonstration | Skipped {
  return example.completion.trim() === "" ? { skip: "empty completion" } : example;
}

function marginOf(fields: Fields): number {
  const margin = numberOf(fields, "margin");
  if (margin >= 0) return margin;
  throw new FieldError(`expected a number of 0 or more but found ${margin}`, "margin");
}

function texts(fields: Fields): Preference | Skipped {
  const [chosen, rejected] = [textOf(fields, "chosen"), textOf(fields, "rejected")];
  if (has(fields, "prompt")) return { ...promptOf(fields), chosen, rejected };
  const [a, b] = [splitTranscript(chosen, "chosen"), splitTranscript(rejected, "rejected")];
  if (a.prompt !== b.prompt) return { skip: "prompts differ" };
  return { ...plainPrompt(a.prompt), chosen: a.completion, rejected: b.completion };
}

function conversations(fields: Fields, tokenizer: ParseOptions["tokenizer"]): Preference | Skipped {
  const sides = [messagesOf(fields, "chosen"), messagesOf(fields, "rejected")] as const;
  // Some data sets have the whole conversation on both sides, and its first message as the prompt once more.
  const whole = !has(fields, "prompt") || !Array.isArray(fields.prompt) && sides[0][0]!.role !== "assistant";
  const [a, b] = whole
    ? sides
    : sides.map((side) => [...messagesOf(fields, "prompt"), ...side]) as typeof sides[number][];
  if (JSON.stringify(a!.slice(0, -1)) !== JSON.stringify(b!.slice(0, -1))) return { skip: "prompts differ" };
  const chosen = renderConversation(tokenizer, a!, "chosen");
  const rejected = renderConversation(tokenizer, b!, "rejected");
  if ("skip" in chosen) return chosen;
  if ("skip" in rejected) return rejected;
  const { completion, ...prompt } = chosen;
  return { ...prompt, chosen: completion, rejected: rejected.completion };
}
