/** Bytes become lines of text, one at a time: a file is never in memory as a whole. */
import { RowError, type RowPlace } from "./row.ts";

/** A line, or why it is none. */
export type Line = { readonly place: RowPlace } & ({ readonly text: string } | { readonly error: RowError });

/** Most bytes of a line. A row is one example, and the longest conversations have less than a megabyte. */
export const longestLine: number = 16 * 2 ** 20;

const [newline, carriageReturn] = [0x0a, 0x0d];

/** A byte order mark in front of the file is none of its text; elsewhere it is a character. */
const decoders = [false, true].map((ignoreBOM) => new TextDecoder("utf-8", { fatal: true, ignoreBOM }));

/** Bytes of a line that is not complete yet; what is above the limit is counted and dropped. */
class Pending {
  #pieces: Uint8Array[] = [];
  #bytes = 0;

  /** Takes more of the line. */
  add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > longestLine) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(piece);
  }

  /** Gives the line, unless it is too long, and begins the next. */
  take(): Uint8Array | undefined {
    const [pieces, bytes] = [this.#pieces, this.#bytes];
    [this.#pieces, this.#bytes] = [[], 0];
    if (bytes > longestLine) return undefined;
    if (pieces.length === 1) return pieces[0]!;
    const line = new Uint8Array(bytes);
    let at = 0;
    for (const piece of pieces) {
      line.set(piece, at);
      at += piece.length;
    }
    return line;
  }

  /** Whether there is anything. */
  get empty(): boolean {
    return this.#bytes === 0;
  }
}

/**
 * Reads lines of UTF-8: a byte order mark in front is dropped, and so is the carriage return of a line end. A line that is
 * no UTF-8, or is too long, has an error in its place; those behind it are read.
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Line> {
  const pending = new Pending();
  let line = 0;
  for await (const chunk of bytes) {
    let start = 0;
    for (let end; (end = chunk.indexOf(newline, start)) >= 0; start = end + 1) {
      pending.add(chunk.subarray(start, end));
      yield decode(pending.take(), { file, line: ++line });
    }
    pending.add(chunk.subarray(start));
  }
  if (!pending.empty) yield decode(pending.take(), { file, line: ++line });
}

function decode(bytes: Uint8Array | undefined, place: RowPlace): Line {
  if (!bytes) {
    const problem = `expected at most ${
      longestLine / 2 ** 20
    } MiB in a line but found more; is it one JSON object a line?`;
    return { place, error: new RowError(place, problem) };
  }
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
  try {
    return { place, text: decoders[place.line === 1 ? 0 : 1]!.decode(bytes.subarray(0, end)) };
  } catch {
    return { place, error: new RowError(place, "expected UTF-8 but found other bytes; save the file as UTF-8") };
  }
}
