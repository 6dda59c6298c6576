/** Scoring the rows of a file with a reward model: `tare reward --score`. */
import { dirname } from "node:path";
import { checkFits, type Device, type LoadedModel, loadModel, type ModelConfig, openDevice } from "@tare/core";
import {
  checkVocabulary,
  encodeDemonstration,
  encodePreference,
  loadTokenizer,
  parseDemonstration,
  parsePreference,
  readExamples,
  type Sequence,
  type SequencePair,
  type Skipped,
  type Skips,
  type Tokenizer,
} from "@tare/data";
import { type Calibration, calibrationOf, normalizeScores, pairAccuracy, rewardScores } from "@tare/finetune";
import type { Context } from "./command.ts";
import { openRows } from "./data.ts";
import { hasField } from "./demonstrations.ts";
import { isFolder, openFile, writeWhole } from "./files.ts";
import { UsageError } from "./flags.ts";
import { toJson } from "./json.ts";
import { sequencesOf } from "./labelled.ts";
import { openModel, readConfig, roomOf, within } from "./model.ts";
import { rowBar } from "./progress.ts";
import { contextOf, type TrainingValues } from "./training_flags.ts";

/** A row with its sequences, or why it has none. */
interface RowToScore {
  readonly row: object;
  readonly encoded: Sequence | SequencePair | Skipped;
}

/** Rewards of the rows of a file, in their order, as JSON lines: each row with what it got. */
export async function scoreFile(file: string, values: TrainingValues, context: Context): Promise<object> {
  const { model: name, out, force, "skip-bad": skipBad, cache, "micro-tokens": microTokens } = values;
  if (values.data !== undefined) {
    throw new UsageError("Expected --score, to score, or --data, to train, but found both");
  }
  if (name === undefined || out === undefined) {
    throw new UsageError("Expected --score with --model, a reward model, and --out, the file to write");
  }
  await checkOut(out, force);
  const files = await openModel(name, values, context);
  const config = await readConfig(name, files);
  const tokenizer = await within(name, () => loadTokenizer(files));
  await within(name, () => Promise.resolve(checkVocabulary(tokenizer, config.vocabulary)));
  const parse = parser(tokenizer, contextOf(values, name, config));
  const skips: Skips = {};
  const opened = await openRows(file, { cache, whole: true }, context); // a row goes out with all that it has
  const rows = await Array.fromAsync(readExamples(opened, parse, { skips, skipBad }));

  using device = await openDevice(values);
  using _scope = device.scope();
  checkScoring(device, config, rows, microTokens);
  const model = await within(name, () => loadModel(device, files));
  const calibration = await within(name, () => Promise.resolve(calibrationOf(model.json)));
  const rewards = await scoreRows(device, model, rows, microTokens, name, context);
  const lines = rows.values().map(({ row, encoded }, i) =>
    `${toJson({ ...row, ...fields(encoded, rewards[i]!, calibration) })}\n`
  );
  const bytes = ReadableStream.from(lines).pipeThrough(new TextEncoderStream());
  await writeWhole(out, bytes, context.signal);
  return summary(out, rows, rewards, skips, context);
}

/** Refuses a file that cannot be written, before anything is computed. */
async function checkOut(out: string, force: boolean): Promise<void> {
  if (await isFolder(out)) throw new UsageError(`Cannot write ${out}: it is a folder; with --score give a file`);
  if (!await isFolder(dirname(out))) throw new UsageError(`Cannot write ${out}: there is no folder ${dirname(out)}`);
  if (!force && await openFile(out)) {
    throw new UsageError(`Cannot write ${out}: it is there already; --force replaces it`);
  }
}

function parser(tokenizer: Tokenizer, length: number): (row: unknown) => RowToScore {
  const options = { context: length };
  const encode = (row: unknown) => {
    if (!hasField(row, "chosen")) {
      const example = parseDemonstration(row, { tokenizer });
      return "skip" in example ? example : encodeDemonstration(tokenizer, example, options);
    }
    const example = parsePreference(row, { tokenizer });
    return "skip" in example ? example : encodePreference(tokenizer, example, options);
  };
  return (row) => ({ encoded: encode(row), row: row as object });
}

function sequencesOfRow({ encoded }: RowToScore): Sequence[] {
  return "skip" in encoded ? [] : sequencesOf(encoded);
}

function checkScoring(device: Device, config: ModelConfig, rows: readonly RowToScore[], microTokens: number): void {
  const lengths = rows.flatMap(sequencesOfRow).map(({ tokens }) => tokens.length);
  const all = lengths.reduce((a, b) => a + b, 0);
  const tokens = Math.max(1, Math.min(microTokens, all), ...lengths);
  // A forward pass alone takes less than the cheapest of the predictions.
  checkFits(config, { mode: "generate", tokens, pack: false, kind: device.kind }, roomOf(device));
}

/** Rewards of each row's sequences, some rows at a time. */
async function scoreRows(
  device: Device,
  { score, ...model }: LoadedModel,
  rows: readonly RowToScore[],
  microTokens: number,
  name: string,
  context: Context,
): Promise<Float32Array[]> {
  if (!score) {
    throw new RangeError(`Expected a reward model in ${name} but found one without a score: train one by tare reward`);
  }
  using bar = rowBar(context, "scored");
  const rewards: Float32Array[] = [];
  for (let at = 0; at < rows.length; at += 64) {
    context.signal.throwIfAborted();
    const sequences = rows.slice(at, at + 64).map(sequencesOfRow);
    const scores = await rewardScores(device, { ...model, score }, sequences.flat(), { microTokens });
    let next = 0;
    for (const { length } of sequences) rewards.push(scores.slice(next, next += length));
    bar.show(rewards.length, rows.length);
  }
  return rewards;
}

/** What a row gets: a reward, or two of a pair; the same in units of the reference, if the model has one; or why not. */
function fields(encoded: RowToScore["encoded"], rewards: Float32Array, calibration?: Calibration): object {
  if ("skip" in encoded) return { skip: encoded.skip };
  const normal = calibration && normalizeScores(rewards, calibration);
  const names = "chosen" in encoded ? ["chosen_reward", "rejected_reward"] : ["reward"];
  return Object.fromEntries(names.flatMap((name, i) => [
    [name, rewards[i]],
    ...normal ? [[`normalized_${name}`, normal[i]]] : [],
  ]));
}

function summary(
  out: string,
  rows: readonly RowToScore[],
  rewards: readonly Float32Array[],
  skips: Skips,
  { note }: Context,
): object {
  const left = rows.filter(({ encoded }) => "skip" in encoded).length;
  const pairs = rewards.filter((_, i) => "chosen" in rows[i]!.encoded);
  const accuracy = pairs.length > 0
    ? pairAccuracy(pairs.map(([chosen]) => chosen!), pairs.map(([, rejected]) => rejected!))
    : undefined;
  note(`${rows.length - left} rows scored${left ? `, ${left} could not be` : ""}: ${out}`);
  if (accuracy) {
    const percent = (share: number) => (100 * share).toFixed(1);
    const { accuracy: share, low, high, pairs: count } = accuracy;
    note(`Accuracy on ${count} pairs: ${percent(share)} % (95 % interval ${percent(low)} to ${percent(high)} %)`);
  }
  return { out, rows: rows.length, scored: rows.length - left, skips, accuracy };
}
