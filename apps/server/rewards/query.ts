/** What trainers send, as rows to score. */
import { type BaselineRow, hashPrompt } from "@tare/contrastive";
import type { ScoreRow, Specials } from "../options.ts";
import type { PromptIndex } from "./prompt_index.ts";

/** A text to score. */
export interface Query {
  /** Prompt and response; special tokens may be there. */
  readonly query: string;
  /** The prompt. Without it, it is the longest prompt of the table that the query begins with. */
  readonly prompt?: string;
}

/** A query, understood. */
export interface FoundRow {
  /** What to score. */
  readonly row: ScoreRow;
  /** The baseline's row, where the table has the prompt. */
  readonly known?: BaselineRow;
  /** Whether it is known where the prompt ends: it was sent, or the table has it. */
  readonly split: boolean;
}

/**
 * Takes a query apart.
 *
 * What fills it up is taken off in front (older trainers pad there) and behind, as is one token that begins a text. A table
 * may have been made with or without that token in its prompts, and so may what is sent: both are found.
 *
 * @param query What was sent.
 * @param index The prompts of the table.
 * @param specials Texts of special tokens.
 * @returns The row. A query without its prompt, of which no prompt of the table is the beginning, is all response.
 * @throws {RangeError} If the query does not begin with the prompt.
 */
export async function readQuery(
  { query, prompt }: Query,
  index: PromptIndex,
  { begin = "", end = [] }: Specials = {},
): Promise<FoundRow> {
  const bare = (text: string) => withoutBegin(withoutFill(text, end), begin);
  const text = bare(query);
  const responseAfter = (length: number) => withoutEnds(text.slice(length), end);
  if (prompt === undefined) {
    const forms = [text, begin + text, query];
    const form = forms.find((form) => index.prefix(form));
    const known = form === undefined ? undefined : index.prefix(form)!;
    if (!known) return { row: await rowOf(query, "", responseAfter(0)), split: false };
    const response = withoutEnds(form!.slice(known.prompt!.length), end);
    return { row: await rowOf(query, known.prompt!, response, known), known, split: true };
  }
  const own = bare(prompt);
  const head = [prompt, own].find((form) => text.startsWith(form));
  if (head === undefined) {
    throw new RangeError(
      `Expected a query that begins with its prompt, ${cut(prompt)}, but found ${
        cut(query)
      }: send the prompt as it was ` +
        "rendered for the policy, and the query decoded with its special tokens",
    );
  }
  const response = responseAfter(head.length);
  for (const form of new Set([own, prompt, begin + own])) {
    const known = await index.find(form);
    if (known) return { row: await rowOf(query, form, response, known), known, split: true };
  }
  return { row: await rowOf(query, own, response), split: true };
}

async function rowOf(text: string, prompt: string, response: string, known?: BaselineRow): Promise<ScoreRow> {
  return { promptId: known?.promptId ?? await hashPrompt(prompt), prompt, response, text };
}

function withoutBegin(text: string, begin: string): string {
  return text.startsWith(begin) ? text.slice(begin.length) : text;
}

function withoutFill(text: string, ends: readonly string[]): string {
  for (;;) {
    const fill = ends.find((end) => end !== "" && text.startsWith(end));
    if (fill === undefined) return text;
    text = text.slice(fill.length);
  }
}

function withoutEnds(text: string, ends: readonly string[]): string {
  for (;;) {
    const end = ends.find((end) => end !== "" && text.endsWith(end));
    if (end === undefined) return text;
    text = text.slice(0, -end.length);
  }
}

/**
 * A text for an error: in quotes, and not too long.
 *
 * @param text Any.
 * @returns At most some 80 characters of it.
 */
export function cut(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
