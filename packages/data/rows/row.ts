/** One row of a file, and what is wrong with it. */

/** Where a row is. */
export interface RowPlace {
  /** Name of the file, as messages give it. */
  readonly file: string;
  /** Number of the line, or of the row where a file has no lines; counts from 1. */
  readonly line: number;
  /**
   * What is counted.
   *
   * @default {"line"}
   */
  readonly unit?: "line" | "row";
}

/** A row: its value as it stands in the file, or why it has none. */
export type Row = { readonly place: RowPlace } & ({ readonly value: unknown } | { readonly error: RowError });

/**
 * A malformed row: the message names file, line and field, what was expected and what was found.
 *
 * @example Usage
 * ```ts
 * import { RowError } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const error = new RowError({ file: "train.jsonl", line: 17 }, "expected text but found a number", "completion");
 * assertEquals(error.message, "train.jsonl, line 17: completion: expected text but found a number");
 * assertEquals([error.place.line, error.field], [17, "completion"]);
 * ```
 */
export class RowError extends SyntaxError {
  /** Name of the class. */
  override readonly name = "RowError";
  /** Where the row is. */
  readonly place: RowPlace;
  /** The field, such as `messages.2.role`; absent if it is the whole row. */
  readonly field?: string;

  /**
   * Says what is wrong.
   *
   * @param place Where the row is.
   * @param problem What was expected, and what was found.
   * @param field The field, if it is one.
   */
  constructor(place: RowPlace, problem: string, field?: string) {
    super(`${place.file}, ${place.unit ?? "line"} ${place.line}: ${field === undefined ? "" : `${field}: `}${problem}`);
    this.place = place;
    this.field = field;
  }
}
