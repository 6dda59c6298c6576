/** `stages.json` of a pipeline: which stages were done, with what settings and inputs, and what they said. */
import { basename, dirname, resolve } from "node:path";
import { digestFiles } from "./digest.ts";
import { fingerprint } from "./fingerprint.ts";
import { isFolder, openFile, openFolder, writeWhole } from "./files.ts";
import { UsageError } from "./flags.ts";
import type { Stage } from "./pipeline.ts";
import { differences } from "./run_record.ts";
import { stages as commands } from "./stages.ts";
import { decides, settingsOf } from "./training_flags.ts";

/** What is known of a stage. */
export interface StageRecord {
  /** A stage that was begun and is not done goes on, or is done again; one that is replaced is done again. */
  readonly state: "begun" | "done" | "replaced";
  /** Name of the command. */
  readonly command: string;
  /** Its flags, by the keys of a config file. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** SHA-256 of the files and folders that its flags name, as they were before it. */
  readonly inputs: Readonly<Record<string, string>>;
  /** How long it took. */
  readonly seconds?: number;
  /** What the command said at its end. */
  readonly report?: object;
}

/** Records of stages by their names. */
export type StageRecords = Readonly<Record<string, StageRecord>>;

/** Reads the records in a pipeline's folder; there are none before the first run. */
export async function readRecords(out: string): Promise<StageRecords> {
  const path = `${out}/stages.json`;
  if (!await openFile(path)) return {};
  try {
    const records = JSON.parse(await Deno.readTextFile(path));
    if (typeof records === "object" && records !== null && !Array.isArray(records)) return records;
    throw new SyntaxError("no object");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SyntaxError(
      `Cannot read ${path}: it is no JSON (${error.message}); bring it back, or remove the folder to begin anew`,
    );
  }
}

/** Writes them. */
export async function writeRecords(out: string, records: StageRecords): Promise<void> {
  await Deno.mkdir(out, { recursive: true });
  await writeWhole(`${out}/stages.json`, `${JSON.stringify(records, undefined, 2)}\n`);
}

/**
 * The record of a stage that begins now.
 *
 * @param folder The pipeline's: all of it is no input, for what stages wrote there has records of its own.
 */
export async function beginRecord({ command, values, out }: Stage, folder: string): Promise<StageRecord> {
  const inputs: Record<string, string> = {};
  const places = Object.entries(commands[command]!.flags).filter(([name, { value }]) =>
    decides(name) && /FILE|DIR|FOLDER/.test(value ?? "")
  );
  for (const text of places.flatMap(([flag]) => values[flag])) {
    const path = typeof text === "string" ? await pathIn(text) : undefined;
    if (path !== undefined && path !== out && resolve(path) !== resolve(folder)) {
      inputs[path] = await digestOfPath(path);
    }
  }
  return { state: "begun", command, settings: settingsOf(values), inputs };
}

/** Whether a stage is done, and what it wrote is there. */
export async function isDone(record: StageRecord | undefined, { out }: Stage): Promise<boolean> {
  return record?.state === "done" && await isThere(out);
}

/**
 * Whether a stage that was begun left something: one that failed on a slip of the pen, or was killed at once, wrote nothing
 * that a corrected one would have to agree with.
 */
export async function hasLeft({ out }: Stage): Promise<boolean> {
  if (!await isFolder(out)) return await isThere(out);
  const names = await Array.fromAsync(Deno.readDir(out), ({ name }) => name);
  return names.some((name) => !name.startsWith(".")); // a lock, or what was being written
}

/** Whether there is a file or a folder of this name. */
export async function isThere(path: string): Promise<boolean> {
  return await isFolder(path) || await openFile(path) !== undefined;
}

/** Part of a record that is compared. */
type Used = Pick<StageRecord, "command" | "settings" | "inputs">;

/**
 * Refuses to skip a stage, or to go on with it, that is not as it was.
 *
 * @throws {UsageError} If something differs; the message names all that does.
 */
export function checkUnchanged(name: string, was: Used, is: Used): void {
  const used = ({ command, settings, inputs }: Used) => ({ command, settings, inputs });
  const changed = differences(used(was), used(is));
  if (changed.length === 0) return;
  throw new UsageError(
    `Cannot go on with stage ${name}, because not all is as it was: ${
      changed.join("; ")
    }. Give what was used before, or ` +
      `do it and what follows anew with --from ${name}`,
  );
}

/** The path that a text is, or that follows a name in it, as in `sft=runs/sft`; `undefined` if there is nothing. */
async function pathIn(text: string): Promise<string | undefined> {
  for (const path of [text, text.slice(text.indexOf("=") + 1)]) {
    if (path !== "" && await isThere(path)) return path;
  }
  return undefined;
}

/** The digest of a file; of a model, which its folder may hold among other things; or of a folder's files with their names. */
async function digestOfPath(path: string): Promise<string> {
  if (!await isFolder(path)) return await digestFiles(await openFolder(dirname(path)), [basename(path)]);
  const files = await openFolder(path);
  if (await files.open("config.json")) return await fingerprint(files);
  const entries = await Array.fromAsync(Deno.readDir(path));
  const names = entries.filter(({ name, isFile }) => isFile && !name.startsWith(".")).map(({ name }) => name);
  return await digestFiles(files, names.sort());
}
