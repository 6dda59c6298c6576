/** The folder of a comparison: all of it or nothing. */
import { basename, dirname, resolve } from "node:path";
import type { VerdictRow } from "@tare/eval";
import { jsonl } from "@tare/eval/report";
import { openFile, writeFolder } from "../files.ts";
import { takeLock } from "../lock.ts";
import { checkReplaceable } from "../replaceable.ts";
import { compare, readRecord, type RunRecord } from "../run_record.ts";
import { readEvaluation } from "./evaluation.ts";
import { type ComparisonTable, comparisonTable, type ScoredResponse } from "./table.ts";

const names = ["run.json", "table.json", "responses.jsonl", "verdicts.jsonl"];

/** What `tare eval report` puts beside them. */
const reports = ["report.html", "report.md"];

/** What a comparison found. */
export interface Found {
  /** What the policies said. */
  readonly responses: readonly ScoredResponse[];
  /** What was found of it. */
  readonly verdicts: readonly VerdictRow[];
  /** What follows from both. */
  readonly table: ComparisonTable;
}

/**
 * Reads what is there already, if it may be taken for what was asked for; else looks whether anything may be written.
 *
 * @throws {UsageError} If what is there is of other settings or inputs.
 * @throws {RangeError} If something is there that may not be replaced.
 */
export async function finishedComparison(
  out: string,
  record: RunRecord,
  { resume, force, seed }: { readonly resume: boolean; readonly force: boolean; readonly seed: number },
): Promise<Found | undefined> {
  const path = resolve(out);
  const before = resume && await openFile(`${path}/table.json`) ? await readRecord(path) : undefined;
  if (before) {
    compare(out, before, record);
    const { responses, verdicts } = await readEvaluation(out);
    return { responses, verdicts, table: comparisonTable(responses, verdicts, seed) };
  }
  await checkReplaceable({ path, out, names: [...names, ...reports], what: "a comparison", force });
  return undefined;
}

/**
 * Keeps other programs away from the folder, which is not there before all of it is.
 *
 * @throws {UsageError} If one is at work on it.
 */
export function lockComparison(out: string): Promise<Disposable> {
  const path = resolve(out);
  return takeLock(`${dirname(path)}/.${basename(path)}.lock`, out);
}

/** Writes the folder. */
export async function writeComparison(
  out: string,
  record: RunRecord,
  { responses, verdicts, table }: Found,
): Promise<void> {
  const path = resolve(out);
  const texts: Readonly<Record<string, string>> = {
    "run.json": `${JSON.stringify(record, undefined, 2)}\n`,
    "table.json": `${JSON.stringify(table, undefined, 2)}\n`,
    "responses.jsonl": jsonl(responses),
    "verdicts.jsonl": jsonl(verdicts),
  };
  await writeFolder(path, names.map((name) => ({ name, bytes: new Blob([texts[name]!]).stream() })));
}
