/** Which prompt of a table a text begins with. */
import { type BaselineRow, hashPrompt } from "@tare/contrastive";

/** Rows by the texts of their prompts. */
export interface PromptIndex {
  /** How many rows there are. */
  readonly rows: number;
  /** How many of them have the text of their prompt: the others are found by its hash, and by no prefix. */
  readonly texts: number;
  /**
   * Finds a prompt's row: by its text, or by its hash, which every row has.
   *
   * @param prompt The prompt, whole.
   */
  find(prompt: string): Promise<BaselineRow | undefined>;
  /**
   * Finds the row of the longest prompt that a text begins with, among the rows with a text. It compares texts some log₂ n
   * times.
   *
   * @param text Prompt and response.
   */
  prefix(text: string): BaselineRow | undefined;
}

/** A prompt, and the longest other one that it begins with. */
interface Entry {
  readonly prompt: string;
  readonly row: BaselineRow;
  readonly shorter?: Entry;
}

/**
 * Makes an index. Where two rows are of one text, under two ids, the first is the one that is found.
 *
 * @param rows The rows of a table.
 * @returns The index.
 */
export function promptIndex(rows: Iterable<BaselineRow>): PromptIndex {
  const byHash = new Map<string, BaselineRow>();
  let count = 0;
  for (const row of rows) {
    count++;
    if (!byHash.has(row.promptHash)) byHash.set(row.promptHash, row);
  }
  const entries = linked(byHash.values());
  const byText = new Map(entries.map(({ prompt, row }) => [prompt, row])); // needs no hash of what is asked for
  return {
    ...{ rows: count, texts: entries.length },
    find: async (prompt) => byText.get(prompt) ?? byHash.get(await hashPrompt(prompt)),
    prefix(text) {
      // Whatever the text begins with comes before it, and the last of what comes before begins with it too.
      let entry = lastUpTo(entries, text);
      const common = entry ? commonLength(entry.prompt, text) : 0;
      while (entry && entry.prompt.length > common) entry = entry.shorter;
      return entry?.row;
    },
  };
}

/** In the order of their texts: what a prompt begins with stands before it. */
function linked(rows: Iterable<BaselineRow>): readonly Entry[] {
  const sorted = Array.from(rows, (row) => ({ prompt: row.prompt, row }))
    .filter((entry): entry is Entry => entry.prompt !== undefined)
    .sort((a, b) => a.prompt < b.prompt ? -1 : 1);
  const entries: Entry[] = [];
  for (const entry of sorted) {
    let shorter = entries.at(-1);
    while (shorter && !entry.prompt.startsWith(shorter.prompt)) shorter = shorter.shorter;
    entries.push(shorter ? { ...entry, shorter } : entry);
  }
  return entries;
}

/** The last entry that does not come after a text. */
function lastUpTo(entries: readonly Entry[], text: string): Entry | undefined {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.prompt <= text) low = middle + 1;
    else high = middle;
  }
  return entries[low - 1];
}

function commonLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
