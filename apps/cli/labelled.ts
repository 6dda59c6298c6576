/** What reward models learn from: pairs or ratings, and completions that say where zero is. */
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
import type { Context } from "./command.ts";
import { demonstrations, hasField } from "./demonstrations.ts";
import { readTrainingData, type RowReader } from "./training_data.ts";
import type { TrainingValues } from "./training_flags.ts";

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
export function lengthOf(example: Labelled): number {
  return sidesOf(example).reduce((sum, { tokens }) => sum + tokens.length, 0);
}

function sidesOf(example: Labelled): Sequence[] {
  return "chosen" in example ? [example.chosen, example.rejected] : [example];
}

/** Most sequences that are scored to find mean and deviation. */
const most = 512;

/** Reads `--reference`; without it takes the first of the examples there are. */
export async function readReference(
  values: TrainingValues & { readonly reference?: string },
  tokenizer: Tokenizer,
  length: number,
  others: readonly (readonly Labelled[])[],
  context: Context,
): Promise<{ sequences: readonly Sequence[]; inputs: Readonly<Record<string, unknown>> }> {
  if (values.reference === undefined) {
    const given = others.find((examples) => examples.length > 1) ?? others.flat();
    return { sequences: given.flatMap(sidesOf).slice(0, most), inputs: {} };
  }
  const reader = demonstrations(tokenizer, "both", { context: length });
  const all = { ...values, data: values.reference, "held-out": 0 };
  const { train, inputs } = await readTrainingData(all, reader, context);
  return { sequences: train.slice(0, most), inputs: { reference: inputs.data } };
}
