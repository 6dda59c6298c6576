/** `run.json`: what a run uses, so that nothing else is taken for the same run. */
import { openFile } from "./files.ts";
import { UsageError } from "./flags.ts";

/** What a run uses, as `run.json` has it. */
export interface RunRecord {
  /** Version of Tare. */
  readonly tare: string;
  /** Name of the command. */
  readonly command: string;
  /** What it ran on. */
  readonly device: string;
  /** The settings as used. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Data and models that went in, with their checksums. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Reads the record of a run, if the folder holds one. */
export async function readRecord(path: string): Promise<RunRecord | undefined> {
  if (!await openFile(`${path}/run.json`)) return undefined;
  const found = await Deno.readTextFile(`${path}/run.json`);
  const remedy = "bring it back, or give another folder";
  let json: Partial<RunRecord> | null;
  try {
    json = JSON.parse(found);
  } catch (error) {
    throw new SyntaxError(`Cannot read ${path}/run.json: it is no JSON (${(error as Error).message}); ${remedy}`);
  }
  if (typeof json?.settings === "object" && typeof json.inputs === "object") return json as RunRecord;
  throw new SyntaxError(
    `Cannot read ${path}/run.json: expected the record of a run, with settings and inputs; ${remedy}`,
  );
}

/**
 * Refuses to go on with anything else than what was used before.
 *
 * @throws {UsageError} If something differs; the message names all that does.
 */
export function compare(path: string, before: RunRecord, now: RunRecord): void {
  const parts = ({ command, settings, inputs }: RunRecord) => ({ command, settings, inputs });
  const changed = differences(parts(before), parts(now));
  if (changed.length === 0) return;
  throw new UsageError(
    `Cannot resume ${path}, because not all is as it was: ${
      changed.join("; ")
    }. Give what was used before, or begin anew ` +
      `with --force`,
  );
}

/** What is not the same in two records, in words. */
export function differences(before: object, now: object): string[] {
  const [was, is] = [before, now].map((record) => flatten(JSON.parse(JSON.stringify(record)))) as [Leaves, Leaves];
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key));
  return changed.map((key) =>
    `${key.replace(/^settings\./, "")} is ${is.get(key) ?? "not there"} and was ${was.get(key) ?? "not there"}`
  );
}

type Leaves = ReadonlyMap<string, string>;

/**
 * Refuses settings that are not those of a finished run, as far as they say anything.
 *
 * @throws {UsageError} If one differs.
 */
export function compareSettings(path: string, before: RunRecord, settings: Readonly<Record<string, unknown>>): void {
  const same = Object.fromEntries(Object.keys(settings).map((key) => [key, before.settings[key]]));
  compare(path, { ...before, settings: same }, { ...before, settings });
}

/** Leaves of JSON by their paths. */
function flatten(json: unknown, path = ""): Leaves {
  if (typeof json !== "object" || json === null) return new Map([[path, JSON.stringify(json)]]);
  return new Map(Object.entries(json).flatMap(([key, child]) => [...flatten(child, path ? `${path}.${key}` : key)]));
}
