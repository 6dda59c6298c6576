/** What comes before training: the run's folder, its record, whether it fits, and where it goes on. */
import { checkFits, type Device, loadState, type ModelConfig } from "@tare/core";
import { openCheckpoint, pointAtBest, stateFile } from "./checkpoints.ts";
import type { Context } from "./command.ts";
import manifest from "./deno.json" with { type: "json" };
import { UsageError } from "./flags.ts";
import { roomOf, within } from "./model.ts";
import { openRun, type RunFolder } from "./run_folder.ts";
import type { RunState } from "./run_step.ts";
import { compareSettings, type RunRecord } from "./run_record.ts";
import { settingsOf, type TrainingValues } from "./training_flags.ts";

/** Takes the folder of `--out`. */
export async function openOut(
  values: Pick<TrainingValues, "out" | "resume" | "force">,
  { note }: Context,
): Promise<RunFolder> {
  if (values.out === undefined) throw new UsageError("Expected --out with a folder for the run");
  const run = await openRun(values.out, values);
  if (run.kind === "new" && values.resume) note(`There is no run in ${run.path} yet: beginning one`);
  return run;
}

/**
 * What `--json` prints of a run that was finished before, and with the same settings.
 *
 * @throws {UsageError} If they are not the same: what is there is not what was asked for.
 */
export function finishedReport({ path, record }: RunFolder, values: object, { note }: Context): object {
  compareSettings(path, record!, settingsOf(values));
  note(`${path} is finished: its model is in it`);
  return { out: path, finished: true };
}

/** What `run.json` says of a run. */
export function recordOf(
  command: string,
  values: object,
  device: Device,
  settings: object,
  inputs: RunRecord["inputs"],
): RunRecord {
  const all = { ...settingsOf(values), ...settingsOf(settings) };
  return { tare: manifest.version, command, device: device.name, settings: all, inputs };
}

/** Refuses what does not fit into memory, before weights are read. */
export function checkRoom(
  device: Device,
  config: ModelConfig,
  values: TrainingValues,
  lengths: readonly number[],
): void {
  const { "micro-tokens": most, "lora-rank": rank, batch, recompute } = values;
  const longest = lengths.toSorted((a, b) => b - a);
  const batchTokens = longest.slice(0, batch).reduce((a, b) => a + b, 0);
  const tokens = Math.max(longest[0] ?? 1, Math.min(most, batchTokens));
  const settings = { tokens, recompute, kind: device.kind, rank, mode: rank === undefined ? "sft" : "lora" } as const;
  checkFits(config, settings, roomOf(device));
}

/** The state of the latest checkpoint, where the run is one to go on with. */
export async function readState<S extends RunState>(
  run: RunFolder,
  record: RunRecord,
  device: Device,
  { note }: Context,
): Promise<S | undefined> {
  const step = await run.latest(record);
  if (step === undefined) {
    if (run.kind === "begun") note(`There is no checkpoint in ${run.path} yet: beginning again`);
    return undefined;
  }
  const file = await (await openCheckpoint(run.path, step)).open(stateFile);
  if (!file) {
    throw new RangeError(`Cannot resume ${run.path}: step-${step} has no ${stateFile}; begin anew with --force`);
  }
  const state = await within(run.path, () => loadState<S>(device, file, `step-${step}/${stateFile}`));
  await pointAtBest(run.path, state.best?.step); // a kill may have come between the two pointers
  note(`Going on after step ${step}`);
  return state;
}
