/** `baselines.jsonl` as a table. */
import { type BaselineRow, type BaselineTable, baselineTable, parseBaselineRow } from "@tare/contrastive";
import type { Context } from "./command.ts";
import { openRows } from "./data.ts";
import { sha256 } from "./digest.ts";
import { within } from "./model.ts";
import { watched } from "./training_data.ts";

/** A table, and what it was read from. */
export interface BaselinesFile {
  /** The baselines. */
  readonly table: BaselineTable;
  /** What they were, for `run.json`. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/**
 * Reads what `tare sample` wrote.
 *
 * @throws {SyntaxError} If a line is no JSON; and what `parseBaselineRow` and `baselineTable` throw.
 */
export async function readBaselines(file: string, context: Context): Promise<BaselinesFile> {
  const [digest, count] = [sha256(), { rows: 0 }];
  const rows: BaselineRow[] = [];
  for await (const row of watched(await openRows(file, {}, context), count, digest)) {
    if ("error" in row) throw row.error;
    rows.push(parseBaselineRow(row.value, `${file}, line ${row.place.line}`));
  }
  const table = await within(file, () => baselineTable(rows));
  return { table, inputs: { baselines: { rows: count.rows, sha256: digest.digest("hex") } } };
}
