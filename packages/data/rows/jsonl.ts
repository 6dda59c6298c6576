/** Rows of JSON Lines, plain or zipped. */
import { unzip } from "./gzip.ts";
import { readLines } from "./lines.ts";
import { type Row, RowError } from "./row.ts";

/** How JSON Lines are read. */
export interface ReadJsonlOptions {
  /** Name of the file, for messages. */
  readonly file: string;
}

/**
 * Reads JSON Lines: one JSON value a line, in UTF-8, zipped or not (its bytes tell, not its name). Lines with nothing but
 * white space are passed over. What is wrong with a line stands in its place: rows are read one at a time, and those
 * behind a bad one are read too.
 *
 * @param stream Bytes of the file.
 * @param options Its name.
 * @returns The rows, each a value or an error.
 * @throws {SyntaxError} While rows are read, if gzip data is damaged or ends early.
 *
 * @example Usage
 * ```ts
 * import { readJsonl } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const file = new Blob(['{"prompt":"Hello"}\n', "{]\n"]);
 * const rows = await Array.fromAsync(readJsonl(file.stream(), { file: "prompts.jsonl" }));
 * assertEquals(rows[0], { place: { file: "prompts.jsonl", line: 1 }, value: { prompt: "Hello" } });
 * assertEquals("error" in rows[1]! && rows[1].error.message.startsWith("prompts.jsonl, line 2: expected JSON but "), true);
 * ```
 */
export async function* readJsonl(stream: ReadableStream<Uint8Array>, { file }: ReadJsonlOptions): AsyncGenerator<Row> {
  for await (const line of readLines(unzip(stream, file), file)) {
    if ("error" in line) yield line;
    else if (line.text.trim() !== "") yield parse(line);
  }
}

function parse({ place, text }: { place: Row["place"]; text: string }): Row {
  try {
    return { place, value: JSON.parse(text) };
  } catch (error) {
    const why = (error as Error).message.replace(/ \(line.*/, ""); // its line is that of the text
    const hint = place.line === 1 && /^\s*\[/.test(text) ? "; write one object a line, not a list of all" : "";
    return { place, error: new RowError(place, `expected JSON but the parser says "${why}"${hint}`) };
  }
}
