/** Rows of a file become examples, one at a time; what is left out is counted. */
import { type Row, RowError } from "../rows/row.ts";
import { FieldError } from "./fields.ts";
import { countSkip, type Skipped, type Skips } from "./skips.ts";

/** What happens to rows that are left out. */
export interface ReadExamplesOptions {
  /** Counts them by reason; changed in place while rows are read. */
  readonly skips?: Skips;
  /** Counts malformed rows as well, instead of throwing what is wrong with the first. */
  readonly skipBad?: boolean;
  /** Gets what is wrong with each malformed row that is left out. */
  readonly onBad?: (error: RowError) => void;
}

/**
 * Reads examples, one row at a time.
 *
 * @param rows The rows of a file.
 * @param parse What makes an example of a row's value, or says why it is left out.
 * @param options What happens to rows that are left out.
 * @returns The examples, in the order of the rows.
 * @throws {RowError} While they are read, at the first malformed row, unless those are skipped.
 *
 * @example Usage
 * ```ts
 * import { parsePrompt, readExamples, readJsonl, type Skips } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = readJsonl(new Blob(['{"prompt":"Hello"}\n{"prompt":7}\n']).stream(), { file: "prompts.jsonl" });
 * const skips: Skips = {};
 * const prompts = await Array.fromAsync(readExamples(rows, parsePrompt, { skips, skipBad: true }));
 * assertEquals(prompts, [{ prompt: "Hello" }]);
 * assertEquals(skips, { "malformed row": 1 });
 * ```
 */
export async function* readExamples<T extends object>(
  rows: AsyncIterable<Row>,
  parse: (row: unknown) => T | Skipped,
  { skips = {}, skipBad = false, onBad = () => {} }: ReadExamplesOptions = {},
): AsyncGenerator<T> {
  for await (const row of rows) {
    const result = "error" in row ? row.error : parseRow(row, parse);
    if (result instanceof RowError) {
      if (!skipBad) throw result;
      countSkip(skips, "malformed row");
      onBad(result);
    } else if ("skip" in result) countSkip(skips, result.skip);
    else yield result;
  }
}

function parseRow<T>({ place, value }: Row & { value: unknown }, parse: (row: unknown) => T | Skipped) {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof FieldError) return new RowError(place, error.problem, error.field);
    if (error instanceof SyntaxError) return new RowError(place, error.message);
    throw error;
  }
}
