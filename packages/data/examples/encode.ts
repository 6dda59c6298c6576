/** Examples as text become sequences of token ids that fit a model. */
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { Demonstration, Preference, PromptText, Rating } from "./examples.ts";
import { checkContext, completionIds, fitPrompt } from "./fit.ts";
import type { RatedSequence, Sequence, SequencePair } from "./sequences.ts";
import type { Skipped } from "./skips.ts";

/** How examples become sequences. */
export interface SequenceOptions {
  /** Most tokens of a sequence, its end token included. */
  readonly context: number;
  /**
   * Which tokens are learned: those of the completion, or all but the first.
   *
   * @default {"completion"}
   */
  readonly loss?: "completion" | "all";
}

/**
 * Encodes a demonstration: the prompt, the completion, and the tokenizer's end token unless the completion has one. Prompt
 * and completion are encoded each on its own. What is too long gets the longest of the prompt's shorter forms that fits.
 *
 * @param tokenizer The model's.
 * @param example The demonstration.
 * @param options How long it may be, and what is learned of it.
 * @returns The sequence, or why there is none: an empty completion, or one that is too long with any prompt.
 * @throws {RangeError} If the context is no length, or the prompt is empty and the tokenizer has no token for it.
 *
 * @example Usage
 * ```ts
 * import { encodeDemonstration, loadTokenizer } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const files: Record<string, unknown> = {
 *   "tokenizer.json": {
 *     model: { type: "WordLevel", vocab: { "Hello": 0, " world": 1, "</s>": 2, "?": 3 }, unk_token: "?" },
 *     pre_tokenizer: { type: "Split", pattern: { Regex: " ?\\w+|." }, behavior: "Isolated" },
 *   },
 *   "tokenizer_config.json": { eos_token: "</s>" },
 * };
 * const tokenizer = await loadTokenizer({
 *   open: (name) => Promise.resolve(files[name] ? new Blob([JSON.stringify(files[name])]) : undefined),
 * });
 *
 * const example = { prompt: "Hello", completion: " world" };
 * assertEquals(encodeDemonstration(tokenizer, example, { context: 8 }), { tokens: Uint32Array.of(0, 1, 2), start: 1 });
 * assertEquals(encodeDemonstration(tokenizer, example, { context: 2 }), { skip: "too long" });
 * ```
 */
export function encodeDemonstration(
  tokenizer: Tokenizer,
  example: Demonstration,
  { context, loss = "completion" }: SequenceOptions,
): Sequence | Skipped {
  checkContext(context);
  const completion = completionIds(tokenizer, example.completion);
  if (!completion) return { skip: "empty completion" };
  const prompt = fitPrompt(tokenizer, example, context - completion.length);
  return prompt ? join(prompt, completion, loss) : { skip: "too long" };
}

/**
 * Encodes a completion with its rating, as {@linkcode encodeDemonstration} does.
 *
 * @param tokenizer The model's.
 * @param example The completion, its prompt and its rating.
 * @param options How long it may be.
 * @returns The sequence with its rating, or why there is none.
 * @throws {RangeError} As `encodeDemonstration` does.
 *
 * @example Usage
 * ```ts
 * import { encodeRating, loadTokenizer } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const json = {
 *   model: { type: "WordLevel", vocab: { "Hello": 0, " world": 1, "?": 2 }, unk_token: "?" },
 *   pre_tokenizer: { type: "Split", pattern: { Regex: " ?\\w+" }, behavior: "Isolated" },
 * };
 * const open = (name: string) => Promise.resolve(name === "tokenizer.json" ? new Blob([JSON.stringify(json)]) : undefined);
 * const tokenizer = await loadTokenizer({ open });
 *
 * const example = { prompt: "Hello", completion: " world", rating: 0.5 };
 * assertEquals(encodeRating(tokenizer, example, { context: 8 }), { tokens: Uint32Array.of(0, 1), start: 1, rating: 0.5 });
 * ```
 */
export function encodeRating(
  tokenizer: Tokenizer,
  example: Rating,
  options: SequenceOptions,
): RatedSequence | Skipped {
  const sequence = encodeDemonstration(tokenizer, example, options);
  return "skip" in sequence ? sequence : { ...sequence, rating: example.rating };
}

/**
 * Encodes a preference. Both sides have the same tokens of the prompt: the longest of its forms with which both fit.
 *
 * @param tokenizer The model's.
 * @param example The preference.
 * @param options How long each side may be.
 * @returns The two sequences, or why there are none: an empty completion, two that are equal, or one that is too long.
 * @throws {RangeError} As `encodeDemonstration` does.
 *
 * @example Usage
 * ```ts
 * import { encodePreference, loadTokenizer } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const json = {
 *   model: { type: "WordLevel", vocab: { "Is": 0, " it": 1, " yes": 2, " no": 3, "?": 4 }, unk_token: "?" },
 *   pre_tokenizer: { type: "Split", pattern: { Regex: " ?\\w+" }, behavior: "Isolated" },
 * };
 * const open = (name: string) => Promise.resolve(name === "tokenizer.json" ? new Blob([JSON.stringify(json)]) : undefined);
 * const tokenizer = await loadTokenizer({ open });
 *
 * const pair = encodePreference(tokenizer, { prompt: "Is it", chosen: " yes", rejected: " no" }, { context: 8 });
 * assertEquals(pair, {
 *   chosen: { tokens: Uint32Array.of(0, 1, 2), start: 2 },
 *   rejected: { tokens: Uint32Array.of(0, 1, 3), start: 2 },
 *   margin: 0,
 * });
 * ```
 */
export function encodePreference(
  tokenizer: Tokenizer,
  example: Preference,
  { context, loss = "completion" }: SequenceOptions,
): SequencePair | Skipped {
  checkContext(context);
  const chosen = completionIds(tokenizer, example.chosen);
  const rejected = completionIds(tokenizer, example.rejected);
  if (!chosen || !rejected) return { skip: "empty completion" };
  if (chosen.length === rejected.length && chosen.every((id, i) => id === rejected[i])) {
    return { skip: "equal completions" };
  }
  const prompt = fitPrompt(tokenizer, example, context - Math.max(chosen.length, rejected.length));
  if (!prompt) return { skip: "too long" };
  return {
    chosen: join(prompt, chosen, loss),
    rejected: join(prompt, rejected, loss),
    margin: example.margin ?? 0,
  };
}

/**
 * Encodes a prompt to be answered.
 *
 * @param tokenizer The model's.
 * @param prompt The prompt.
 * @param options `context`: most tokens of the prompt, which is what the answer leaves of the model's.
 * @returns Its ids, one or more, or why there are none: its shortest form is too long.
 * @throws {RangeError} As `encodeDemonstration` does.
 *
 * @example Usage
 * ```ts
 * import { encodePrompt, loadTokenizer } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const json = {
 *   model: { type: "WordLevel", vocab: { "Is": 0, " it": 1, " big": 2, "?": 3 }, unk_token: "?" },
 *   pre_tokenizer: { type: "Split", pattern: { Regex: " ?\\w+" }, behavior: "Isolated" },
 * };
 * const open = (name: string) => Promise.resolve(name === "tokenizer.json" ? new Blob([JSON.stringify(json)]) : undefined);
 * const tokenizer = await loadTokenizer({ open });
 *
 * const prompt = { prompt: "Is it big", shorter: ["Is it"] };
 * assertEquals(encodePrompt(tokenizer, prompt, { context: 3 }), Uint32Array.of(0, 1, 2));
 * assertEquals(encodePrompt(tokenizer, prompt, { context: 2 }), Uint32Array.of(0, 1));
 * assertEquals(encodePrompt(tokenizer, prompt, { context: 1 }), { skip: "too long" });
 * ```
 */
export function encodePrompt(
  tokenizer: Tokenizer,
  prompt: PromptText,
  { context }: Pick<SequenceOptions, "context">,
): Uint32Array | Skipped {
  checkContext(context);
  const ids = fitPrompt(tokenizer, prompt, context);
  return ids ? Uint32Array.from(ids) : { skip: "too long" };
}

function join(prompt: readonly number[], completion: readonly number[], loss: "completion" | "all"): Sequence {
  const tokens = new Uint32Array(prompt.length + completion.length);
  tokens.set(prompt);
  tokens.set(completion, prompt.length);
  return { tokens, start: loss === "all" ? 1 : prompt.length };
}
