/** Prompts of a file, for commands that answer them. */
import {
  countSkip,
  encodePrompt,
  type ExampleKind,
  kindOf,
  parseExample,
  readExamples,
  type Skips,
  type Tokenizer,
} from "@tare/data";
import type { Prompt } from "@tare/sampler";
import type { Context } from "./command.ts";
import { openRows } from "./data.ts";
import { digestOf, sha256 } from "./digest.ts";
import { UsageError } from "./flags.ts";
import { watched } from "./training_data.ts";

/** A prompt as the model sees it. */
export interface PromptToAnswer extends Prompt {
  /** The text, without its oldest turns where these did not fit. */
  readonly text: string;
  /** Whether a chat template rendered it: then it has its special tokens. */
  readonly rendered: boolean;
  /** What the data answer: a completion, or the better one of two. */
  readonly answer?: string;
}

/** What is read, and what it was. */
export interface PromptFile {
  /** The prompts, in the order of the rows; none is there twice. */
  readonly prompts: readonly PromptToAnswer[];
  /** What they were, for `run.json`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** How {@linkcode readPrompts} reads. */
export interface PromptOptions {
  /** The model's; without it texts are taken as they are, however long, and conversations are refused. */
  readonly tokenizer?: Tokenizer;
  /** Most tokens of a prompt. */
  readonly room?: number;
  readonly "skip-bad"?: boolean;
  readonly cache?: string;
}

/**
 * Most tokens of a prompt: what the answer leaves of the context, which is 512 unless it is given, or what the models have.
 *
 * @param positions The models', by what the user calls them.
 * @throws {UsageError} If that is nothing, or the context is more than a model has.
 */
export function roomForPrompts(
  { context, "max-tokens": maxTokens }: { readonly context?: number; readonly "max-tokens": number },
  positions: Readonly<Record<string, number>>,
): number {
  const [name, least] = Object.entries(positions).sort((a, b) => a[1] - b[1])[0] ?? ["the model", Infinity];
  if (context !== undefined && context > least) {
    throw new UsageError(`Expected --context of at most ${least}, the positions of ${name}, but found ${context}`);
  }
  const all = context ?? Math.min(512, least);
  if (maxTokens < all) return all - maxTokens;
  throw new UsageError(
    `Expected --max-tokens below ${all}, the ${
      context === undefined ? "" : "--"
    }context, but found ${maxTokens}: it leaves ` +
      `no room for a prompt`,
  );
}

/**
 * Reads prompts; demonstrations, preferences and ratings are prompts too. A prompt is known by the `id` of its row or by the
 * SHA-256 of its text. A row with a prompt that was there before is left out.
 *
 * @throws {UsageError} If no prompt is left.
 * @throws {RangeError} If an id has two texts.
 */
export async function readPrompts(file: string, options: PromptOptions, context: Context): Promise<PromptFile> {
  const { tokenizer, room = Number.MAX_SAFE_INTEGER, "skip-bad": skipBad = false, cache } = options;
  const [digest, skips, count] = [sha256(), {} as Skips, { rows: 0, repeated: 0 }];
  const prompts = new Map<string, PromptToAnswer>();
  let kind: ExampleKind | undefined;
  const rows = watched(await openRows(file, { cache }, context), count, digest);
  const parse = (row: unknown) => parseExample(kind ??= kindOf(row), row, { tokenizer });
  for await (const example of readExamples(rows, parse, { skips, skipBad })) {
    context.signal.throwIfAborted();
    const fitted = fit(example, tokenizer, room);
    if (!fitted) {
      countSkip(skips, "too long");
      continue;
    }
    const { text } = fitted;
    const id = ("id" in example ? example.id : undefined) ?? digestOf(text);
    const before = prompts.get(id);
    if (before && before.text !== text) {
      throw new RangeError(`Expected one text for each id in ${file} but found two for "${id}"`);
    }
    const answer = "chosen" in example ? example.chosen : "completion" in example ? example.completion : undefined;
    if (before) count.repeated++;
    else prompts.set(id, { id, ...fitted, rendered: example.rendered ?? false, ...answer !== undefined && { answer } });
  }
  const left = Object.entries({ ...skips, ...count.repeated > 0 && { repeated: count.repeated } });
  const words = left.map(([reason, n]) => `${n} ${reason}`).join(", ");
  if (prompts.size === 0) {
    throw new UsageError(`Expected prompts in ${file} but found none in ${count.rows} rows${words && `: ${words}`}`);
  }
  context.note(`${file}: ${count.rows} rows, ${prompts.size} prompts${words && `; left out: ${words}`}`);
  const inputs = {
    rows: count.rows,
    sha256: digest.digest("hex"),
    prompts: prompts.size,
    skips: Object.fromEntries(left),
  };
  return { prompts: [...prompts.values()], inputs: { prompts: inputs } };
}

/** The longest text of some prompts, by which room is made for all. */
export function longestOf(prompts: readonly { readonly text: string }[]): string {
  return prompts.reduce((longest, { text }) => text.length > longest.length ? text : longest, "");
}

/** The longest form that fits: its text and its ids. */
function fit(
  { prompt, shorter = [], rendered }: { prompt: string; shorter?: readonly string[]; rendered?: boolean },
  tokenizer: Tokenizer | undefined,
  room: number,
): { text: string; tokens?: Uint32Array } | undefined {
  if (!tokenizer) return { text: prompt };
  for (const text of [prompt, ...shorter]) {
    const tokens = encodePrompt(tokenizer, { prompt: text, rendered }, { context: room });
    if (!("skip" in tokens)) return { text, tokens };
  }
  return undefined;
}
