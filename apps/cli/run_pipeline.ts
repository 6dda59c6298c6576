/** Running the stages of a pipeline, in the folder that its paths are relative to: what is done is skipped. */
import type { Context } from "./command.ts";
import { explain, StageError } from "./errors.ts";
import { type PipelineBar, pipelineBar } from "./pipeline_bar.ts";
import type { Pipeline, Stage } from "./pipeline.ts";
import { planOf } from "./plan.ts";
import { runBeside, runHere } from "./run_stage.ts";
import { stages as commands } from "./stages.ts";
import {
  beginRecord,
  checkUnchanged,
  hasLeft,
  isDone,
  isThere,
  readRecords,
  type StageRecord,
  type StageRecords,
  writeRecords,
} from "./stage_records.ts";
import { settingsOf } from "./training_flags.ts";

/** What a stage took, and what it said at its end. */
export interface StageReport {
  /** Whether that was before. */
  readonly skipped: boolean;
  /** How long it took. */
  readonly seconds: number;
  /** What the command said. */
  readonly report: object;
}

/** Where a pipeline stands: its records, and how to write one. */
interface Progress {
  readonly out: string;
  readonly records: StageRecords;
  readonly done: ReadonlySet<string>;
  readonly bar: PipelineBar;
  write(name: string, record: StageRecord): Promise<void>;
}

/**
 * Runs a pipeline.
 *
 * @param from Name of the first stage that is done anew, whether it is done or not.
 * @throws {UsageError} If a stage that was begun before is not as it was.
 */
export async function runPipeline(
  { out, groups }: Pipeline,
  from: string | undefined,
  context: Context,
): Promise<Readonly<Record<string, StageReport>>> {
  const records: Record<string, StageRecord> = { ...await readRecords(out) };
  const stages = groups.flat();
  const anew = from === undefined ? [] : stages.slice(stages.findIndex(({ name }) => name === from));
  for (const { name, command } of anew) { // also what nobody recorded: its folder may be there
    records[name] = { ...records[name] ?? { command, settings: {}, inputs: {} }, state: "replaced" };
  }
  const done = new Set<string>();
  for (const stage of stages) {
    const was = records[stage.name];
    if (was?.state === "begun" && !await hasLeft(stage)) delete records[stage.name];
    else if (was && was.state !== "replaced") {
      const { command, values } = stage;
      checkUnchanged(stage.name, { ...was, inputs: {} }, { command, settings: settingsOf(values), inputs: {} });
      if (await isDone(was, stage)) done.add(stage.name);
    }
  }
  context.print(planOf(groups, records, done));

  using bar = pipelineBar(groups, done, context);
  let written = Promise.resolve();
  const progress: Progress = {
    ...{ out, records, done, bar },
    write: (name, record) =>
      written = written.then(() => writeRecords(out, Object.assign(records, { [name]: record }))),
  };
  for (const group of groups) await runGroup(group, progress, context);
  return Object.fromEntries(stages.map(({ name }) => {
    const { seconds = 0, report = {} } = records[name]!;
    return [name, { skipped: done.has(name), seconds, report }];
  }));
}

/** Runs stages side by side, if they are several. Where one fails the others end as at Ctrl-C: they can go on later. */
async function runGroup(group: readonly Stage[], progress: Progress, context: Context): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const pending = group.filter(({ name }) => !progress.done.has(name)).length;
  const run = pending > 1 ? runBeside(pending) : runHere;
  const ended = await Promise.allSettled(group.map(async (stage) => {
    try {
      await runStage(stage, run, progress, signal);
    } catch (error) {
      if (!signal.aborted) failed.abort(error);
      throw error;
    }
  }));
  signal.throwIfAborted(); // the first error, whatever it did to the others
  for (const end of ended) if (end.status === "rejected") throw end.reason;
}

async function runStage(stage: Stage, run: typeof runHere, progress: Progress, signal: AbortSignal): Promise<void> {
  const { name, values } = stage;
  const { bar, write } = progress;
  const was = progress.records[name];
  const record = await beginRecord(stage, progress.out);
  if (was && was.state !== "replaced") checkUnchanged(name, was, record);
  if (progress.done.has(name)) return;
  await write(name, record);
  const began = performance.now();
  const report = await run(
    { ...stage, values: { ...values, ...await goOn(stage, was) } },
    bar.contextOf(stage, signal),
  ).catch((error) => {
    throw signal.aborted ? error : inStage(name, error, values.trace === true);
  });
  signal.throwIfAborted();
  await write(name, { ...record, state: "done", seconds: (performance.now() - began) / 1000, report });
  bar.done(stage);
}

/** An error that says in which stage it came. */
function inStage(name: string, error: unknown, trace: boolean): unknown {
  const { sentence, code } = explain(error, trace);
  const hint = /--(force|resume)\b/.test(sentence) ? ` (in a pipeline that is --from ${name})` : "";
  return sentence ? new StageError(`Stage ${name}: ${sentence}${hint}`, code) : error;
}

/**
 * Flags with which a stage goes on, or is done again where it cannot go on or shall not. A model that is whole where nobody
 * recorded its end may be that of an older run, which was to be replaced: it is made again.
 */
async function goOn({ command, out }: Stage, was: StageRecord | undefined): Promise<Record<string, boolean>> {
  const { flags } = commands[command]!;
  const older = was?.state === "begun" && await isThere(`${out}/config.json`);
  if (flags.resume && was?.state !== "replaced" && !older) return { resume: await isThere(out) };
  return flags.force ? { force: was !== undefined } : {};
}
