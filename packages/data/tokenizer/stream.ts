/** Text of ids as they come, one by one. */
import type { DecodeOptions, Tokenizer } from "./tokenizer.ts";

/** Turns ids into text as they come. */
export interface DecodeStream {
  /** Takes one more id; gives the text that is certain now, which may be none. */
  push(id: number): string;
  /** Gives what was held back; the stream may be used for another text then. */
  flush(): string;
}

/**
 * Decodes ids as they come. A character is given once all its bytes are there; the pieces joined are what
 * {@linkcode Tokenizer.decode} gives for all ids with the same options.
 *
 * @param tokenizer The tokenizer.
 * @param options How to decode.
 * @returns The stream.
 *
 * @example Usage
 * ```ts
 * import { decodeStream, type Tokenizer } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = { decode: (ids: ArrayLike<number>) => new TextDecoder().decode(Uint8Array.from(ids)) } as Tokenizer;
 * const stream = decodeStream(bytes);
 * assertEquals([0x41, 0xc3, 0xa9, 0x42].map((id) => stream.push(id)), ["A", "", "é", "B"]);
 * assertEquals(stream.flush(), "");
 * ```
 */
export function decodeStream(tokenizer: Pick<Tokenizer, "decode">, options: DecodeOptions = {}): DecodeStream {
  let context: number[] = []; // ids of the last text given: some tokenizers put the space between two tokens
  let pending: number[] = [];
  let known = ""; // text of the context, and of what was given of the pending ids
  let begun = false;
  const decode = (ids: number[]) => tokenizer.decode(ids, begun ? { ...options, completion: true } : options);
  const restart = () => {
    [context, pending, known, begun] = [[], [], "", false];
  };
  return {
    push(id) {
      pending.push(id);
      const text = decode([...context, ...pending]);
      const open = text.endsWith("\ufffd"); // bytes that are no character yet, or never will be one
      const piece = text.slice(known.length, open ? -1 : undefined);
      if (open) known += piece;
      else if (piece !== "") {
        [context, pending, begun] = [pending, [], true];
        known = decode(context);
      }
      return piece;
    },
    flush() {
      const piece = decode([...context, ...pending]).slice(known.length);
      restart();
      return piece;
    },
  };
}
