/** Driving a trainer: bar, metrics, checkpoints, Ctrl-C, and the model at the end. The same for all of them. */
import { type Device, type FileToWrite, saveState } from "@tare/core";
import { DivergenceError } from "@tare/finetune";
import { publish, readPointer, saveCheckpoint, stateFile } from "./checkpoints.ts";
import type { Context } from "./command.ts";
import type { MetricsFile } from "./metrics_file.ts";
import { stepBar } from "./progress.ts";
import type { RunFolder } from "./run_folder.ts";
import type { RunRecord } from "./run_record.ts";
import type { RunState, RunStep } from "./run_step.ts";
import type { TrainingValues } from "./training_flags.ts";

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

/** What {@linkcode train} drives. */
export interface Training<S extends RunState> {
  /** Where everything is. */
  readonly device: Device;
  /** The run's folder. */
  readonly run: RunFolder;
  /** What it uses. */
  readonly record: RunRecord;
  /** The trainer. Its signal ends what it does before the first step; later ones are ended here. */
  steps(signal: AbortSignal): AsyncIterable<RunStep<S>>;
  /** The files of a checkpoint. */
  checkpoint(state: S): FileToWrite[] | Promise<FileToWrite[]>;
  /** The metric that progress shows. @default {"loss"} */
  readonly shown?: string;
}

/**
 * Runs a trainer to its end, or to Ctrl-C: either way the folder holds a checkpoint of the last step.
 *
 * @throws {DivergenceError} If training comes to nothing; the message names the last checkpoint.
 */
export async function train<S extends RunState>(
  training: Training<S>,
  values: Pick<TrainingValues, "save-every" | "keep">,
  context: Context,
): Promise<TrainingReport> {
  const { note, signal } = context;
  const { path } = training.run;
  const last = await runSteps(training, values, context);
  const latest = await readPointer(path, "latest") ?? 0;
  const report = { out: path, steps: latest, metrics: { ...last?.metrics, ...last?.evaluation } };
  if (signal.aborted) {
    note(`Stopped after step ${latest}${last ? ` of ${last.steps}` : ""}: ${context.again} goes on`);
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
async function runSteps<S extends RunState>(
  { device, run, record, steps, checkpoint, shown = "loss" }: Training<S>,
  { "save-every": saveEvery }: Pick<TrainingValues, "save-every">,
  context: Context,
): Promise<RunStep<S> | undefined> {
  const { signal } = context;
  let last: RunStep<S> | undefined;
  const early = new AbortController();
  signal.addEventListener("abort", () => last ?? early.abort(signal.reason), { once: true });
  using stack = new DisposableStack();
  let metrics: MetricsFile | undefined;
  const bar = stack.use(stepBar(context, shown));
  try {
    for await (const step of steps(early.signal)) {
      last = step;
      metrics ??= stack.use(await run.begin(record));
      bar.show(step);
      const { step: number, epoch, episodes = [] } = step;
      const line = { step: number, ...epoch !== undefined && { epoch }, ...step.metrics, ...step.evaluation };
      await metrics.write(line, episodes.map((episode) => ({ step: number, ...episode })));
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
    if (!signal.aborted) metrics ??= stack.use(await run.begin(record)); // all steps were done before
  } catch (error) {
    throw error instanceof DivergenceError ? await withCheckpoint(error, run.path) : error;
  }
  return last;
}

/** A diverged run says where the last model is that was good. */
async function withCheckpoint(error: DivergenceError, run: string): Promise<DivergenceError> {
  const [best, latest] = [await readPointer(run, "best"), await readPointer(run, "latest")];
  if (best === undefined && latest === undefined) error.message += "; it was before the first checkpoint";
  // Nothing has looked at a checkpoint of the update before: its parameters are those that gave this.
  else if (best === undefined && latest === error.step - 1) {
    error.message += `; the only checkpoint, ${run}/step-${latest}, has the parameters that gave this`;
  } else error.message += `; the last good checkpoint is ${run}/step-${best ?? latest}`;
  return error;
}
