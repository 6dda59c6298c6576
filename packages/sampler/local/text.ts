/** Text of tokens as they come, and the stop texts in it. */
import { decodeStream, type Tokenizer } from "@tare/data";

/** Follows the text of one completion. */
export interface TextReader {
  /** Takes a token. True if a stop text ended in it; stop texts that end in a token with `mayStop` false do not count. */
  push(id: number, mayStop: boolean): boolean;
  /** Text that is certain since the last call: no character lacks bytes, and nothing of it may become a stop text. */
  take(): string;
  /** The whole text, once the last token is in: what was held back is certain from now on. */
  end(): string;
}

/**
 * Begins to read.
 *
 * @param tokenizer Turns ids into text.
 * @param stop Texts before the first of which the text ends.
 * @returns The reader.
 */
export function textReader(tokenizer: Tokenizer, stop: readonly string[]): TextReader {
  const stream = decodeStream(tokenizer, { completion: true });
  let text = "";
  let taken = 0;
  let over = false;
  return {
    push(id, mayStop) {
      const searched = text.length;
      text += stream.push(id);
      const found = mayStop ? firstOf(text, stop, searched) : -1;
      if (found < 0) return false;
      text = text.slice(0, found);
      return over = true;
    },
    take() {
      const certain = text.length - (over ? 0 : openStop(text, stop));
      const piece = text.slice(taken, Math.max(taken, certain));
      taken += piece.length;
      return piece;
    },
    end() {
      if (!over) text += stream.flush();
      over = true;
      return text;
    },
  };
}

/** Where the first of some texts begins that ends after `searched`; −1 without one. */
function firstOf(text: string, stop: readonly string[], searched: number): number {
  const found = stop.map((word) => text.indexOf(word, Math.max(0, searched - word.length + 1)));
  return found.reduce((first, at) => at >= 0 && (first < 0 || at < first) ? at : first, -1);
}

/** Characters at the end of a text that are the beginning of a stop text. */
function openStop(text: string, stop: readonly string[]): number {
  const longest = Math.max(0, ...stop.map(({ length }) => length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length--) {
    const end = text.slice(-length);
    if (stop.some((word) => word.length > length && word.startsWith(end))) return length;
  }
  return 0;
}
