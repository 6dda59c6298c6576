/**
 * The folder of a training run: who may write to it, and what stands in it. `run.json` says all that the run uses;
 * `metrics.jsonl` grows by a line a step, and `episodes.jsonl` by its episodes, if there are any; checkpoints are those of
 * `checkpoints.ts`; the chosen model stands at the top, once it is done.
 */
import { readPointer } from "./checkpoints.ts";
import { isFolder, openFile, writeWhole } from "./files.ts";
import { UsageError } from "./flags.ts";
import { takeLock } from "./lock.ts";
import { type MetricsFile, openMetrics } from "./metrics_file.ts";
import { checkIntent } from "./replaceable.ts";
import { compare, readRecord, type RunRecord } from "./run_record.ts";

/** A folder that this program alone writes to, until it is disposed of. */
export interface RunFolder extends Disposable {
  /** Where it is. */
  readonly path: string;
  /** `new`: nothing is there; `begun`: a run to go on with; `done`: one that is finished; `replace`: one to be replaced. */
  readonly kind: "new" | "begun" | "done" | "replace";
  /** What the run that is there used, if there is one. */
  readonly record?: RunRecord;
  /**
   * Compares what the run uses with what it used before, if it is one to go on with.
   *
   * @returns The step of its latest checkpoint, if there is one.
   * @throws {UsageError} If something else is used; the message names what.
   * @throws {RangeError} If the latest checkpoint has gone.
   */
  latest(record: RunRecord): Promise<number | undefined>;
  /** Writes the record of a new run in place of what was there, or takes away what was written after the checkpoint. */
  begin(record: RunRecord): Promise<MetricsFile>;
}

/** What a run writes at the top of its folder; anything else is somebody's own and stays. */
const ours =
  /^(step-\d+|latest|best|(metrics|episodes)\.jsonl|adapter|model.*\.safetensors(\.index\.json)?|(generation_config|tokenizer|tokenizer_config|special_tokens_map)\.json|chat_template\.jinja|\..*\.tmp)$/;

/**
 * Takes a folder for a run, before anything long begins.
 *
 * @throws {UsageError} If it holds a run and neither `resume` nor `force` is set, or other files, or is in use.
 */
export async function openRun(
  path: string,
  { resume, force }: { readonly resume: boolean; readonly force: boolean },
): Promise<RunFolder> {
  checkIntent({ resume, force });
  if (await openFile(path)) throw new UsageError(`Cannot write to ${path}: it is a file; give a folder`);
  const made = !await isFolder(path);
  const record = await readRecord(path);
  if (!made) await checkFree(path, record !== undefined, resume || force);
  const done = record !== undefined && await openFile(`${path}/config.json`) !== undefined;
  const lock = await takeLock(`${path}/.lock`, path);
  return {
    ...{ path, record },
    kind: !record ? "new" : force ? "replace" : done ? "done" : "begun",
    async latest(used) {
      if (!record || !resume) return undefined;
      compare(path, record, used);
      const step = await readPointer(path, "latest");
      if (step !== undefined || !await openFile(`${path}/latest`)) return step;
      throw new RangeError(
        `Cannot resume ${path}: the checkpoint that ${path}/latest names is not there; bring it back, or begin anew with ` +
          `--force`,
      );
    },
    async begin(used) {
      if (!record || !resume) {
        await clear(path);
        await writeWhole(`${path}/run.json`, `${JSON.stringify(used, undefined, 2)}\n`);
      }
      await removeTemporary(path);
      return await openMetrics(path, await readPointer(path, "latest") ?? 0);
    },
    [Symbol.dispose]() {
      lock[Symbol.dispose]();
      if (made && [...Deno.readDirSync(path)].length === 0) Deno.removeSync(path);
    },
  };
}

async function checkFree(path: string, hasRun: boolean, allowed: boolean): Promise<void> {
  if (hasRun && allowed) return;
  if (hasRun) {
    throw new UsageError(
      `Cannot write to ${path}: it holds a run; go on with it by --resume, or replace it by --force`,
    );
  }
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  const other = names.find((name) => name !== ".lock" && !name.endsWith(".tmp")); // what a killed run may leave
  if (other === undefined) return;
  throw new UsageError(`Cannot write to ${path}: it holds other files, such as ${other}; give a new or empty folder`);
}

/** Removes a run: the model first, that no half of one is taken for a whole, and its record last. */
async function clear(path: string): Promise<void> {
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  if (!names.includes("run.json")) return;
  for (const name of ["config.json", ...names.filter((name) => ours.test(name)), "run.json"]) {
    if (names.includes(name)) await Deno.remove(`${path}/${name}`, { recursive: true });
  }
}

/** Removes what writing left when it was killed. */
async function removeTemporary(path: string): Promise<void> {
  for await (const { name } of Deno.readDir(path)) {
    if (/^\..*\.tmp$/.test(name)) await Deno.remove(`${path}/${name}`, { recursive: true });
  }
}
