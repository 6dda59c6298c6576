/** Rows that are demonstrations, or preferences of which a side or both are taken for some. */
import {
  type Demonstration,
  encodeDemonstration,
  parseDemonstration,
  parsePreference,
  type Preference,
  type Sequence,
  type SequenceOptions,
  type Tokenizer,
} from "@tare/data";
import type { RowReader } from "./training_data.ts";

/** Reads them as sequences of a model. */
export function demonstrations(
  tokenizer: Tokenizer,
  take: "chosen" | "rejected" | "both",
  options: SequenceOptions,
): RowReader<Demonstration | Preference, Sequence> {
  const sides = take === "both" ? ["chosen", "rejected"] as const : [take];
  return {
    parse: (row) =>
      hasField(row, "chosen") ? parsePreference(row, { tokenizer }) : parseDemonstration(row, { tokenizer }),
    encode: (example) =>
      "chosen" in example
        ? sides.map((side) => encodeDemonstration(tokenizer, { ...example, completion: example[side] }, options))
        : [encodeDemonstration(tokenizer, example, options)],
  };
}

/** Whether a row is an object with a field. */
export function hasField(row: unknown, field: string): boolean {
  return typeof row === "object" && row !== null && Object.hasOwn(row, field);
}
