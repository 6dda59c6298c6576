/** What a file of examples holds: lengths, duplicates, and what a context length does to it. */
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { checkContext, completionIds, fitPrompt } from "./fit.ts";
import type { Example } from "./kinds.ts";

/** How lengths are spread. */
export interface Lengths {
  /** Sum of all. */
  readonly total: number;
  /** Average. */
  readonly mean: number;
  /** Half of them are at most so long. */
  readonly p50: number;
  /** Nine of ten are at most so long. */
  readonly p90: number;
  /** 99 of a hundred are at most so long. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
}

/** What a context length does to examples. */
export interface ContextStats {
  /** Tokens that a sequence may have. */
  readonly context: number;
  /** Examples that fit as they are. */
  readonly whole: number;
  /** Examples that fit without the oldest turns of their prompts. */
  readonly losingTurns: number;
  /** Examples that do not fit, or whose completions have no token before the end. */
  readonly leftOut: number;
}

/** What a file of examples holds. */
export interface DataStats {
  /** Examples in all. */
  readonly examples: number;
  /** Examples whose prompt another had before. */
  readonly repeatedPrompts: number;
  /** Examples that are equal to another before. */
  readonly repeatedExamples: number;
  /** Lengths in characters (UTF-16 units) of each part: `prompt`, and `completion`, or `chosen` and `rejected`. */
  readonly characters: Readonly<Record<string, Lengths>>;
  /** Lengths in tokens of each part, end tokens included, and of prompt and completion together. Needs a tokenizer. */
  readonly tokens?: Readonly<Record<string, Lengths>>;
  /** What the context length does to them. Needs a tokenizer and a length. */
  readonly fit?: ContextStats;
}

/** What to count. */
export interface DataStatsOptions {
  /** Counts tokens too. */
  readonly tokenizer?: Tokenizer;
  /** Tokens that a sequence may have: counts what loses turns and what is left out. */
  readonly context?: number;
}

/**
 * Counts what examples hold. They are read one at a time; what stays is some numbers for each.
 *
 * @param examples The examples.
 * @param options A tokenizer, to count tokens, and a context length.
 * @returns The numbers.
 * @throws {RangeError} If the context is no length, or has no tokenizer with it.
 *
 * @example Usage
 * ```ts
 * import { dataStats } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const pairs = [{ prompt: "Is it?", chosen: " Yes.", rejected: " No." }, { prompt: "Is it?", chosen: " So.", rejected: "" }];
 * const { examples, repeatedPrompts, characters } = await dataStats(pairs);
 * assertEquals([examples, repeatedPrompts, characters.chosen!.max], [2, 1, 5]);
 * ```
 */
export async function dataStats(
  examples: Iterable<Example> | AsyncIterable<Example>,
  { tokenizer, context }: DataStatsOptions = {},
): Promise<DataStats> {
  if (context !== undefined) checkContext(context);
  if (context !== undefined && !tokenizer) throw new RangeError("Expected a tokenizer beside a context of tokens");
  const characters: Table = {};
  const tokens: Table = {};
  const [prompts, all] = [new Set<number>(), new Set<number>()];
  const fit = { whole: 0, losingTurns: 0, leftOut: 0 };
  let count = 0;
  for await (const example of examples) {
    count++;
    prompts.add(hash(example.prompt));
    all.add(hash(JSON.stringify({ ...example, id: undefined, shorter: undefined })));
    for (const [part, text] of Object.entries(textsOf(example))) note(characters, part, text.length);
    if (tokenizer) {
      const longest = countTokens(tokenizer, example, tokens);
      if (context !== undefined) fit[fate(tokenizer, example, longest, context)]++;
    }
  }
  return {
    ...{ examples: count, repeatedPrompts: count - prompts.size, repeatedExamples: count - all.size },
    characters: summaries(characters),
    ...tokenizer && { tokens: summaries(tokens) },
    ...context !== undefined && { fit: { context, ...fit } },
  };
}

type Table = Record<string, number[]>;

function note(table: Table, part: string, length: number): void {
  (table[part] ??= []).push(length);
}

function completionsOf(example: Example): Record<string, string> {
  if ("chosen" in example) return { chosen: example.chosen, rejected: example.rejected };
  return "completion" in example ? { completion: example.completion } : {};
}

function textsOf(example: Example): Record<string, string> {
  return { prompt: example.prompt, ...completionsOf(example) };
}

/** Notes the tokens of each part; gives those of the longest completion, or nothing if one is empty. */
function countTokens(tokenizer: Tokenizer, example: Example, tokens: Table): Longest {
  const prompt = fitPrompt(tokenizer, example, Infinity)!.length;
  note(tokens, "prompt", prompt);
  const completions = Object.entries(completionsOf(example)).map(([part, text]) => {
    const length = completionIds(tokenizer, text)?.length ?? 0;
    note(tokens, part, length);
    note(tokens, `prompt and ${part}`, prompt + length);
    return length;
  });
  return { prompt, completion: Math.max(0, ...completions), empty: completions.includes(0) };
}

interface Longest {
  readonly prompt: number;
  readonly completion: number;
  readonly empty: boolean;
}

function fate(
  tokenizer: Tokenizer,
  example: Example,
  { prompt, completion, empty }: Longest,
  context: number,
): "whole" | "losingTurns" | "leftOut" {
  if (empty) return "leftOut";
  if (prompt + completion <= context) return "whole";
  return fitPrompt(tokenizer, example, context - completion) ? "losingTurns" : "leftOut";
}

/** 48 bits: among a million texts, two different ones share them with a probability of 0.002. */
function hash(text: string): number {
  const view = new DataView(sha256(utf8ToBytes(text)).buffer);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}

function summaries(table: Table): Record<string, Lengths> {
  return Object.fromEntries(Object.entries(table).map(([part, lengths]) => [part, summary(lengths)]));
}

function summary(lengths: readonly number[]): Lengths {
  const sorted = lengths.toSorted((a, b) => a - b);
  const total = sorted.reduce((sum, length) => sum + length, 0);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
  return { total, mean: total / sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
