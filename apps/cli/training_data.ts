/** Rows of a file become the examples of a trainer, split by prompt, with an account of what they were. */
import { countSkip, type Demonstration, type Preference, readExamples, type Row, type Skipped } from "@tare/data";
import { type Skips, splitOf } from "@tare/data";
import type { Context } from "./command.ts";
import { openRows } from "./data.ts";
import { type Digest, sha256 } from "./digest.ts";
import { UsageError } from "./flags.ts";
import { toJson } from "./json.ts";
import type { TrainingValues } from "./training_flags.ts";

/** How a row becomes examples. */
export interface RowReader<T extends Demonstration | Preference, E extends object> {
  /** The row's value as text. */
  parse(row: unknown): T | Skipped;
  /** The text as sequences: one or more examples, or why there is none. */
  encode(example: T): (E | Skipped)[];
}

/** Examples to learn from and to evaluate on. */
export interface TrainingData<E> {
  /** To learn from. */
  readonly train: readonly E[];
  /** To evaluate on: none of their prompts is among the others. */
  readonly heldOut: readonly E[];
  /** What they were, for `run.json`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Reads `--data`.
 *
 * @throws {UsageError} If there is no such flag, or nothing to learn from.
 */
export async function readTrainingData<T extends Demonstration | Preference, E extends object>(
  { data: file, "held-out": heldOut, "skip-bad": skipBad, cache }: TrainingValues,
  { parse, encode }: RowReader<T, E>,
  context: Context,
): Promise<TrainingData<E>> {
  if (file === undefined) throw new UsageError("Expected --data with a file of examples");
  const count = { rows: 0 };
  const digest = sha256();
  const skips: Skips = {};
  const sides = { train: [] as E[], "held-out": [] as E[] };
  const rows = watched(await openRows(file, { cache }, context), count, digest);
  for await (const example of readExamples(rows, parse, { skips, skipBad })) {
    const side = splitOf(splitKey(example), { heldOut });
    for (const encoded of encode(example)) {
      if (isSkipped(encoded)) countSkip(skips, encoded.skip);
      else sides[side].push(encoded);
    }
    context.signal.throwIfAborted();
  }
  const left = Object.entries(skips).map(([reason, n]) => `${n} ${reason}`).join(", ");
  if (sides.train.length === 0) {
    throw new UsageError(
      `Expected examples to learn from in ${file} but found none in ${count.rows} rows${left && `: ${left}`}` +
        (sides["held-out"].length > 0 ? `; ${sides["held-out"].length} are held out: lower --held-out` : ""),
    );
  }
  context.note(
    `${file}: ${count.rows} rows, ${sides.train.length} examples to learn from, ${sides["held-out"].length} held out` +
      (left && `; left out: ${left}`),
  );
  const examples = { train: sides.train.length, heldOut: sides["held-out"].length };
  return {
    train: sides.train,
    heldOut: sides["held-out"],
    inputs: { data: { rows: count.rows, sha256: digest.digest("hex"), examples, skips } },
  };
}

/** What decides the side: the prompt, or where there is none, as in plain text, what stands alone. */
function splitKey(example: Demonstration | Preference): string {
  return example.prompt || ("chosen" in example ? example.chosen : example.completion);
}

function isSkipped(example: object): example is Skipped {
  return "skip" in example;
}

/** Counts rows as they pass and digests what is in them, wherever they come from. */
export async function* watched(
  rows: AsyncIterable<Row>,
  count: { rows: number },
  digest: Digest,
): AsyncGenerator<Row> {
  for await (const row of rows) {
    count.rows++;
    digest.update(`${toJson("value" in row ? row.value : null)}\n`);
    yield row;
  }
}
