/** Driving a trainer: bar, metrics, checkpoints, Ctrl-C, and the model at the end. The same for all of them. */
import { checkFits, type Device, type FileToWrite, loadState, type ModelConfig, saveState } from "@tare/core";
import { DivergenceError, type TrainingState, type TrainingStep } from "@tare/finetune";
import { openCheckpoint, publish, readPointer, saveCheckpoint, stateFile } from "./checkpoints.ts";
import type { Context } from "./command.ts";
import manifest from "./deno.json" with { type: "json" };
import { UsageError } from "./flags.ts";
import type { MetricsFile } from "./metrics_file.ts";
import { roomOf, within } from "./model.ts";
import { stepBar } from "./progress.ts";
import { openRun, type RunFolder, type RunRecord } from "./run_folder.ts";
import { settingsOf, type TrainingValues } from "./training_flags.ts";

/** What `--json` prints of a run. */
export interface TrainingReport {
  /** Its folder, where the model is. */
  readonly out: string;
  /** Updates done. */
  readonly steps: number;
  /** The update whose model stands in the folder. */
  readonly kept: number;
  /** The last metrics and evaluation. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Takes the folder of `--out`; says so if there is nothing left to do in it. */
export async function openOut(values: TrainingValues, { note }: Context): Promise<RunFolder> {
  if (values.out === undefined) throw new UsageError("Expected --out with a folder for the run");
  const run = await openRun(values.out, values);
  if (run.kind === "done") note(`${run.path} is finished: its model is in it`);
  if (run.kind === "new" && values.resume) note(`There is no run in ${run.path} yet: beginning one`);
  return run;
}

/** What `--json` prints of a run that was finished before. */
export function finishedReport({ path }: RunFolder): object {
  return { out: path, finished: true };
}

/** What `run.json` says of a run. */
export function recordOf(
  command: string,
  values: TrainingValues,
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
export async function readState(
  run: RunFolder,
  record: RunRecord,
  device: Device,
  { note }: Context,
): Promise<TrainingState | undefined> {
  const step = await run.latest(record);
  if (step === undefined) return undefined;
  const file = await (await openCheckpoint(run.path, step)).open(stateFile);
  if (!file) {
    throw new RangeError(`Cannot resume ${run.path}: step-${step} has no ${stateFile}; begin anew with --force`);
  }
  const state = await within(run.path, () => loadState<TrainingState>(device, file, `step-${step}/${stateFile}`));
  note(`Going on after step ${step}`);
  return state;
}

/** What {@linkcode train} drives. */
export interface Training {
  /** Where everything is. */
  readonly device: Device;
  /** The run's folder. */
  readonly run: RunFolder;
  /** What it uses. */
  readonly record: RunRecord;
  /** The trainer. Its signal ends what it does before the first step; later ones are ended here. */
  steps(signal: AbortSignal): AsyncIterable<TrainingStep>;
  /** The files of a checkpoint. */
  checkpoint(state: TrainingState): Promise<FileToWrite[]>;
}

/**
 * Runs a trainer to its end, or to Ctrl-C: either way the folder holds a checkpoint of the last step.
 *
 * @throws {DivergenceError} If training comes to nothing; the message names the last checkpoint.
 */
export async function train(
  training: Training,
  values: TrainingValues,
  { note, signal }: Context,
): Promise<TrainingReport> {
  const { path } = training.run;
  const last = await runSteps(training, values, signal);
  const latest = await readPointer(path, "latest") ?? 0;
  const report = { out: path, steps: latest, metrics: { ...last?.metrics, ...last?.evaluation } };
  if (signal.aborted) {
    note(`Stopped after step ${latest}${last ? ` of ${last.steps}` : ""}: the same command with --resume goes on`);
    return { ...report, kept: latest };
  }
  const kept = values.keep === "best" ? await readPointer(path, "best") ?? latest : latest;
  await publish(path, kept);
  note(`The model of step ${kept} of ${latest} is in ${path}`);
  return { ...report, kept };
}

/**
 * Every step into the metrics, some into a checkpoint. Nothing is written before the first one is done: what cannot
 * begin leaves the folder as it was.
 *
 * @returns The last one.
 */
async function runSteps(
  { device, run, record, steps, checkpoint }: Training,
  { "save-every": saveEvery }: TrainingValues,
  signal: AbortSignal,
): Promise<TrainingStep | undefined> {
  let last: TrainingStep | undefined;
  const early = new AbortController();
  signal.addEventListener("abort", () => last ?? early.abort(signal.reason), { once: true });
  using stack = new DisposableStack();
  let metrics: MetricsFile | undefined;
  const bar = stack.use(stepBar());
  try {
    for await (const step of steps(early.signal)) {
      last = step;
      metrics ??= stack.use(await run.begin(record));
      bar.show(step);
      await metrics.write({ step: step.step, epoch: step.epoch, ...step.metrics, ...step.evaluation });
      const stop = signal.aborted; // looked at once: the step that it ends is the step that is saved
      const due = step.step % (saveEvery ?? Math.ceil(step.steps / 10)) === 0;
      if (due || stop || step.best || step.step === step.steps) {
        using _saving = device.scope();
        const state = { name: stateFile, bytes: saveState(step.state) };
        await metrics.sync();
        await saveCheckpoint(run.path, step.step, [...await checkpoint(step.state), state], step.state.best?.step);
      }
      if (stop) break;
    }
  } catch (error) {
    throw error instanceof DivergenceError ? await withCheckpoint(error, run.path) : error;
  }
  return last;
}

/** A diverged run says where the last model is that was good. */
async function withCheckpoint(error: DivergenceError, run: string): Promise<DivergenceError> {
  const step = await readPointer(run, "best") ?? await readPointer(run, "latest");
  error.message += step === undefined
    ? "; it was before the first checkpoint"
    : `; the last good checkpoint is ${run}/step-${step}`;
  return error;
}
