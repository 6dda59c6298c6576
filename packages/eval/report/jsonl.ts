/** The rows of an evaluation as JSON Lines: written, read back, and checked by hand. */
import type { ResponseRow, VerdictRow } from "../rows.ts";
import { checkResponse, checkVerdict } from "./fields.ts";

/** A file: its whole text, or pieces of it as they come, cut anywhere. */
export type Text = string | AsyncIterable<string>;

/**
 * Rows as JSON Lines: an object a line, a line feed behind each. What is read back equals what was written, whatever the
 * text: halves of surrogate pairs, which UTF-8 has not, stand as `\ud800` escapes.
 *
 * @param rows Rows of one kind.
 * @returns The text of a file, or of a part of it: parts may be written one behind the other.
 *
 * @example Usage
 * ```ts
 * import { jsonl } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const row = { judge: "gold", promptId: "p", a: "sft", b: "ppo", winner: "b" } as const;
 * assertEquals(jsonl([row]), '{"judge":"gold","promptId":"p","a":"sft","b":"ppo","winner":"b"}\n');
 * ```
 */
export function jsonl(rows: Iterable<ResponseRow | VerdictRow>): string {
  return Array.from(rows, (row) => `${JSON.stringify(row)}\n`).join("");
}

/**
 * Reads `responses.jsonl`. Fields that a response does not need are kept.
 *
 * @param text The file, or its pieces.
 * @returns Its rows as they come; lines of white space are passed over.
 * @throws {SyntaxError} While rows are read, if a line is no JSON.
 * @throws {TypeError} While rows are read, if a field is missing or is something else; it names line and field.
 *
 * @example Usage
 * ```ts
 * import { readResponses } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const text = '{"policy":"sft","promptId":"p","prompt":"Is it?","response":" Yes."}\n';
 * const [row] = await Array.fromAsync(readResponses(text));
 * assertEquals(row, { policy: "sft", promptId: "p", prompt: "Is it?", response: " Yes." });
 * ```
 */
export function readResponses(text: Text): AsyncGenerator<ResponseRow> {
  return readRows(text, checkResponse);
}

/**
 * Reads `verdicts.jsonl`. Fields that a verdict does not need are kept.
 *
 * @param text The file, or its pieces.
 * @returns Its rows as they come; lines of white space are passed over.
 * @throws {SyntaxError} While rows are read, if a line is no JSON.
 * @throws {TypeError} While rows are read, if a field is missing or is something else; it names line and field.
 *
 * @example Usage
 * ```ts
 * import { jsonl, readVerdicts } from "@tare/eval/report";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const row = { judge: "gold", promptId: "p", a: "sft", b: "ppo", winner: "b" } as const;
 * assertEquals(await Array.fromAsync(readVerdicts(jsonl([row]))), [row]);
 *
 * const bad = jsonl([row]).replace('"winner":"b"', '"winner":"ppo"');
 * await assertRejects(() => Array.fromAsync(readVerdicts(bad)), TypeError, 'line 1: expected winner to be "a", "b", ');
 * ```
 */
export function readVerdicts(text: Text): AsyncGenerator<VerdictRow> {
  return readRows(text, checkVerdict);
}

/** Reads rows, each checked by a function that throws what is wrong with one. */
async function* readRows<Row>(text: Text, check: (value: unknown) => Row): AsyncGenerator<Row> {
  let number = 0;
  for await (const line of linesOf(text)) {
    number++;
    const value = line.trim(); // a byte order mark is white space too
    if (value === "") continue;
    try {
      yield check(JSON.parse(value));
    } catch (error) {
      if (error instanceof SyntaxError) {
        throw new SyntaxError(`line ${number}: expected JSON but the parser says "${error.message}"`);
      }
      if (error instanceof TypeError) throw new TypeError(`line ${number}: ${error.message}`);
      throw error;
    }
  }
}

/** Lines end at line feeds alone: JSON may hold every other kind of line end as it is. */
async function* linesOf(text: Text): AsyncGenerator<string> {
  let rest: string[] = []; // pieces of a line that is not whole yet
  for await (const piece of typeof text === "string" ? [text] : text) {
    const [first = "", ...others] = piece.split("\n");
    rest.push(first);
    for (const other of others) {
      yield rest.join("");
      rest = [other];
    }
  }
  yield rest.join("");
}
