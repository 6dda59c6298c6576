/** What there is to report on, in folders that other commands wrote. */
import { basename, dirname, resolve } from "node:path";
import { type BaselineTable, baselineTable, parseBaselineRow } from "@tare/contrastive";
import { z } from "zod";
import { isFolder, openFile } from "../../files.ts";
import { readRecord } from "../../run_record.ts";
import { type Comparison, readComparison } from "./comparison.ts";
import { isPpoRun, type PpoRun, readPpoRun } from "./ppo_run.ts";
import { fieldsOf, readJson, readRecords } from "./records.ts";

/** A stage's settings, for who wants to repeat it. */
export interface Stage {
  /** Its folder's or file's name. */
  readonly name: string;
  /** What it was, in a few words. */
  readonly what: string;
  /** Its settings, and what went in. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Baselines and their file's name. */
export interface Baselines {
  /** The file's name. */
  readonly name: string;
  /** The table. */
  readonly table: BaselineTable;
}

/** What a report is made of. */
export interface Sources {
  /** PPO runs. */
  readonly runs: readonly PpoRun[];
  /** Comparisons of policies. */
  readonly comparisons: readonly Comparison[];
  /** Tables of baselines. */
  readonly baselines: readonly Baselines[];
  /** Settings of everything found, in the order of names. */
  readonly stages: readonly Stage[];
}

/** One thing that was found. */
type Found =
  | { readonly kind: "runs" | "comparisons" | "baselines"; readonly path: string }
  | { readonly kind: "stages"; readonly path: string; readonly stage: Omit<Stage, "name"> };

/**
 * Reads what is in some folders, or one level below them.
 *
 * @throws {RangeError} If one of them is not there, or nothing is in it that a report is made of.
 * @throws {SyntaxError} If a file in it is damaged; the message names it, the line and the field.
 */
export async function findSources(paths: readonly string[]): Promise<Sources> {
  const found = new Map<string, Found>(); // by kind and path: a folder may be named twice
  for (const path of paths) {
    const here = await lookInto(path);
    if (!here.some(({ kind }) => kind !== "stages")) {
      throw new RangeError(
        `Found nothing to report in ${path}: expected a PPO run (metrics.jsonl and run.json), a comparison (table.json) ` +
          `or baselines.jsonl there or in a folder in it`,
      );
    }
    for (const item of here) found.set(`${item.kind} ${resolve(item.path)}`, item);
  }
  const of = (kind: Found["kind"]) => named([...found.values()].filter((item) => item.kind === kind));
  const stages = of("stages").map(([name, item]) => "stage" in item ? { name, ...item.stage } : undefined);
  return {
    runs: await Promise.all(of("runs").map(([name, { path }]) => readPpoRun(path, name))),
    comparisons: await Promise.all(of("comparisons").map(([name, { path }]) => readComparison(path, name))),
    baselines: await Promise.all(
      of("baselines").map(async ([name, { path }]) => ({ name, table: await tableOf(path) })),
    ),
    stages: stages.filter((stage) => stage !== undefined),
  };
}

/** A folder and those in it; a run's own folders are its checkpoints. */
async function lookInto(path: string): Promise<Found[]> {
  if (await openFile(path)) return [{ kind: "baselines", path }];
  if (!await isFolder(path)) throw new RangeError(`Cannot open ${path}: there is no such folder or file`);
  const here = await lookAt(path);
  if (await openFile(`${path}/run.json`)) return here;
  const names = (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
  const folders = await Promise.all(names.map((name) => isFolder(`${path}/${name}`)));
  const within = await Promise.all(names.filter((_, i) => folders[i]).map((name) => lookAt(`${path}/${name}`)));
  return [...here, ...within.flat()];
}

async function lookAt(path: string): Promise<Found[]> {
  const found: Found[] = [];
  if (await isPpoRun(path)) found.push({ kind: "runs", path });
  if (await openFile(`${path}/table.json`)) found.push({ kind: "comparisons", path });
  if (await openFile(`${path}/baselines.jsonl`)) found.push({ kind: "baselines", path: `${path}/baselines.jsonl` });
  const record = await readRecord(path);
  if (record) {
    const { command, device, tare, settings, inputs } = record;
    found.push({
      kind: "stages",
      path,
      stage: { what: `tare ${command}`, settings: { ...settings, device, tare, inputs } },
    });
  }
  if (await openFile(`${path}/world.json`)) {
    const settings = await readJson(`${path}/world.json`, fieldsOf(z.record(z.string(), z.unknown())));
    found.push({ kind: "stages", path, stage: { what: "tare world", settings } });
  }
  return found;
}

async function tableOf(path: string): Promise<BaselineTable> {
  return await baselineTable(await readRecords(path, parseBaselineRow));
}

/** Things with the names of their folders; two of one name have their parents' before it. */
function named(found: readonly Found[]): (readonly [name: string, item: Found])[] {
  const names = found.map(({ path }) => basename(resolve(path)));
  return found.map((item, i) => {
    const alone = names.filter((name) => name === names[i]).length === 1;
    return [alone ? names[i]! : `${basename(dirname(resolve(item.path)))}/${names[i]}`, item] as const;
  });
}
