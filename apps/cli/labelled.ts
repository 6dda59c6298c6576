/** What reward models learn from: pairs or ratings. */
import {
  encodePreference,
  encodeRating,
  parsePreference,
  parseRating,
  type Preference,
  type RatedSequence,
  type Rating,
  type Sequence,
  type SequenceOptions,
  type SequencePair,
  type Tokenizer,
} from "@tare/data";
import { hasField } from "./demonstrations.ts";
import type { RowReader } from "./training_data.ts";

/** What a reward model learns from. */
export type Labelled = SequencePair | RatedSequence;

/** Reads pairs or ratings; where nobody says which, the first row does. */
export function labelled(
  tokenizer: Tokenizer,
  from: "pairs" | "ratings" | undefined,
  options: SequenceOptions,
): RowReader<Preference | Rating, Labelled> {
  let kind = from;
  return {
    parse(row) {
      kind ??= hasField(row, "rating") && !hasField(row, "chosen") ? "ratings" : "pairs";
      return kind === "pairs" ? parsePreference(row, { tokenizer }) : parseRating(row, { tokenizer });
    },
    encode: (example) => [
      "chosen" in example ? encodePreference(tokenizer, example, options) : encodeRating(tokenizer, example, options),
    ],
  };
}

/** Tokens of an example in a forward pass. */
export function lengthOf(example: SequencePair | Sequence): number {
  return sequencesOf(example).reduce((sum, { tokens }) => sum + tokens.length, 0);
}

/** The sequences of an example: two of a pair, chosen first, else one. */
export function sequencesOf(example: SequencePair | Sequence): Sequence[] {
  return "chosen" in example ? [example.chosen, example.rejected] : [example];
}
