/** Which kind of example a row is, and what reads it. */
import type { Demonstration, Preference, PromptExample, Rating } from "./examples.ts";
import { fieldsOf, has, refuseFields } from "./fields.ts";
import { parseDemonstration, type ParseOptions, parsePreference, parsePrompt, parseRating } from "./parse.ts";
import type { Skipped } from "./skips.ts";

/** A kind of example. */
export type ExampleKind = "demonstrations" | "preferences" | "ratings" | "prompts";

/** An example of any kind. */
export type Example = Demonstration | Preference | Rating | PromptExample;

const parsers: Readonly<Record<ExampleKind, (row: unknown, options?: ParseOptions) => Example | Skipped>> = {
  preferences: parsePreference,
  ratings: parseRating,
  demonstrations: parseDemonstration,
  prompts: parsePrompt,
};

/** Fields that only one kind has, in the order in which they decide. */
const signs: readonly (readonly [field: string, kind: ExampleKind])[] = [
  ["chosen", "preferences"],
  ["rejected", "preferences"],
  ["rating", "ratings"],
  ["completion", "demonstrations"],
  ["messages", "demonstrations"],
  ["text", "demonstrations"],
  ["prompt", "prompts"],
];

/**
 * Tells by its fields which kind of example a row is: `chosen` makes it a preference, `rating` a rating, a completion or
 * messages a demonstration, and a prompt alone a prompt.
 *
 * @param row The row's value.
 * @returns The kind.
 * @throws {SyntaxError} If it has none of the fields.
 *
 * @example Usage
 * ```ts
 * import { kindOf } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(kindOf({ prompt: "2 + 2 =", completion: " 4", rating: 1 }), "ratings");
 * assertEquals(kindOf({ prompt: "2 + 2 =" }), "prompts");
 * ```
 */
export function kindOf(row: unknown): ExampleKind {
  const fields = fieldsOf(row);
  const sign = signs.find(([field]) => has(fields, field));
  return sign?.[1] ?? refuseFields(fields, "of an example (chosen and rejected, completion, messages, text or prompt)");
}

/**
 * Reads a row as an example of a kind.
 *
 * @param kind The kind.
 * @param row The row's value.
 * @param options What renders messages.
 * @returns The example, or why the row is left out.
 * @throws {SyntaxError} If a field is missing or of the wrong kind; the message names it.
 * @throws {TypeError} If messages need a tokenizer, or it has no chat template.
 *
 * @example Usage
 * ```ts
 * import { parseExample } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseExample("prompts", { prompt: "2 + 2 =" }), { prompt: "2 + 2 =" });
 * ```
 */
export function parseExample(kind: ExampleKind, row: unknown, options?: ParseOptions): Example | Skipped {
  return parsers[kind](row, options);
}
