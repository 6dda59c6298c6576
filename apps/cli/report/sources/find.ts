/** What there is to report on, in folders that other commands wrote. */
import { basename, dirname, resolve } from "node:path";
import { type BaselineTable, baselineTable, parseBaselineRow } from "@tare/contrastive";
import { isFolder, openFile } from "../../files.ts";
import { type Comparison, readComparison } from "./comparison.ts";
import { isPpoRun, type PpoRun, readPpoRun } from "./ppo_run.ts";
import { readRecords } from "./records.ts";
import { mergeStages, readStages, type Stage } from "./stages.ts";

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
  /** Settings of everything found. */
  readonly stages: readonly Stage[];
}

/** Paths of what a report is made of, by what they are. */
type Found = Readonly<Record<"runs" | "comparisons" | "baselines", readonly string[]>>;

/**
 * Reads what is in some folders, or one level below them.
 *
 * @throws {RangeError} If one of them is not there, or nothing is in it that a report is made of.
 * @throws {SyntaxError} If a file in it is damaged; the message names it, the line and the field.
 */
export async function findSources(paths: readonly string[]): Promise<Sources> {
  const folders = (await Promise.all(paths.map(foldersOf))).flat();
  const found = await Promise.all(folders.map(lookAt));
  for (const path of paths) {
    const here = found.filter((_, i) => `${folders[i]}/`.startsWith(`${resolve(path)}/`));
    if (here.some((found) => Object.values(found).flat().length > 0)) continue;
    throw new RangeError(
      `Found nothing to report in ${path}: expected a PPO run (metrics.jsonl and run.json), a comparison (table.json) ` +
        `or baselines.jsonl there or in a folder in it`,
    );
  }
  const of = (kind: keyof Found) => named([...new Set(found.flatMap((found) => found[kind]))]);
  return {
    runs: await Promise.all(of("runs").map(([name, path]) => readPpoRun(path, name))),
    comparisons: await Promise.all(of("comparisons").map(([name, path]) => readComparison(path, name))),
    baselines: await Promise.all(of("baselines").map(async ([name, path]) => ({ name, table: await tableOf(path) }))),
    stages: mergeStages((await Promise.all([...new Set(folders)].map(readStages))).flat()),
  };
}

/** A folder and those in it, or a file; a run's own folders are its checkpoints. */
async function foldersOf(given: string): Promise<string[]> {
  const path = resolve(given);
  if (await openFile(path)) return [path];
  if (!await isFolder(path)) throw new RangeError(`Cannot open ${given}: there is no such folder or file`);
  if (await openFile(`${path}/run.json`)) return [path];
  const inside = (await Array.fromAsync(Deno.readDir(path), ({ name }) => `${path}/${name}`)).sort();
  const folders = await Promise.all(inside.map(isFolder));
  return [path, ...inside.filter((_, i) => folders[i])];
}

async function lookAt(path: string): Promise<Found> {
  if (await openFile(path)) return { runs: [], comparisons: [], baselines: [path] };
  const names = (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
  return {
    runs: await isPpoRun(path) ? [path] : [],
    comparisons: names.includes("table.json") ? [path] : [],
    baselines: names.filter((name) => /^baselines.*\.jsonl$/.test(name)).map((name) => `${path}/${name}`),
  };
}

async function tableOf(path: string): Promise<BaselineTable> {
  return await baselineTable(await readRecords(path, parseBaselineRow));
}

/** Paths with their last part as name; where two have the same one, with the part before it. */
function named(paths: readonly string[]): (readonly [name: string, path: string])[] {
  const names = paths.map((path) => basename(path));
  return paths.map((path, i) => {
    const alone = names.filter((name) => name === names[i]).length === 1;
    return [alone ? names[i]! : `${basename(dirname(path))}/${names[i]}`, path] as const;
  });
}
