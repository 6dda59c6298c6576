/** The folder of a comparison: its record, its table, the two files that the table follows from; all of it or nothing. */
import { dirname, resolve } from "node:path";
import { openFile, writeFolder } from "../files.ts";
import { checkReplaceable } from "../replaceable.ts";
import { compare, readRecord, type RunRecord } from "../run_record.ts";
import { htmlReport, jsonl, markdownReport, summarise, type VerdictRow } from "@tare/eval";
import type { ComparisonTable, ScoredResponse } from "./table.ts";

const names = ["run.json", "table.json", "responses.jsonl", "verdicts.jsonl", "report.md", "report.html"];

/**
 * Reads the table that is there already, if it may be taken for the one that was asked for; else looks whether one may be
 * written.
 *
 * @throws {UsageError} If the one that is there is of other settings or inputs.
 * @throws {RangeError} If something is there that may not be replaced.
 */
export async function finishedTable(
  out: string,
  record: RunRecord,
  { resume, force }: { readonly resume: boolean; readonly force: boolean },
): Promise<ComparisonTable | undefined> {
  const path = resolve(out);
  const before = resume && await openFile(`${path}/table.json`) ? await readRecord(path) : undefined;
  if (before) {
    compare(out, before, record);
    return JSON.parse(await Deno.readTextFile(`${path}/table.json`));
  }
  await checkReplaceable({ path, out, names, what: "a comparison", force });
  return undefined;
}

/** Writes the folder. */
export async function writeComparison(
  out: string,
  record: RunRecord,
  responses: readonly ScoredResponse[],
  table: ComparisonTable,
): Promise<void> {
  const path = resolve(out);
  await Deno.mkdir(dirname(path), { recursive: true });
  const texts: Readonly<Record<string, string>> = {
    "run.json": `${JSON.stringify(record, undefined, 2)}\n`,
    "table.json": `${JSON.stringify(table, undefined, 2)}\n`,
    "responses.jsonl": responses.map((row) => `${JSON.stringify(row)}\n`).join(""),
  };
  await writeFolder(path, names.map((name) => ({ name, bytes: new Blob([texts[name]!]).stream() })));
}
