/** One job from where it stands to its end. */
import { AskError, judgePairs, type VerdictRow } from "@tare/eval";
import type { Deps } from "../http/deps.ts";
import type { NamedJudge } from "../options.ts";
import { inTurns } from "./in_turns.ts";
import { type Comparison, comparisonsOf, remaining } from "./plan.ts";
import type { JobRecord, NextJob } from "./store.ts";

/** What it needs of the app. */
export type RunnerDeps = Pick<Deps, "store" | "clock" | "closing" | "background" | "changes" | "logError">;

/** A job was ended by somebody else: it is cancelled, or its evaluation deleted. */
const ended = new DOMException("The job has ended", "AbortError");

/**
 * Has a judge compare what is left of a job, and writes verdicts as they come. It returns when the job has ended, or the app
 * closes.
 *
 * @param deps The app.
 * @param judge The judge of that name, if there still is one.
 * @param next The job.
 */
export async function runJob(deps: RunnerDeps, judge: NamedJudge | undefined, next: NextJob): Promise<void> {
  const { store: { jobs }, clock, closing, changes } = deps;
  const { job: { id, evaluation } } = next;
  const stop = new AbortController();
  let watching: Promise<void> | undefined;
  try {
    const sure = sameJudge(judge, next.job);
    const left = begin(deps, sure, next);
    watching = stopWhenEnded(deps, next.job, stop).catch((error) => stop.abort(error));
    await compareAll(deps, sure, next.job, left, stop);
    jobs.end(id, "done", clock());
  } catch (error) {
    if (error !== ended && error !== closing.reason) jobs.end(id, "failed", clock(), failureOf(deps, next.job, error));
  } finally {
    stop.abort(ended);
    await watching;
    changes.tell(evaluation);
  }
}

/** Finds what is left to do, and notes how much is done. */
function begin({ store, changes }: RunnerDeps, { id }: NamedJudge, { job, plan, invalid }: NextJob): Comparison[] {
  const { responses, verdicts } = store.evaluations.rows(job.evaluation);
  const all = comparisonsOf(responses, plan);
  const left = remaining(all, verdicts, id, invalid);
  store.jobs.begin(job.id, all.length - left.length);
  changes.tell(job.evaluation);
  return left;
}

async function compareAll(
  { store: { jobs }, closing, changes }: RunnerDeps,
  judge: NamedJudge,
  job: JobRecord,
  left: readonly Comparison[],
  stop: AbortController,
): Promise<void> {
  const turns = inTurns((rows: VerdictRow[]) => {
    jobs.write(job.id, rows);
    changes.tell(job.evaluation); // also to who stops it where the job has ended
  }, (error) => stop.abort(error));
  const signal = AbortSignal.any([closing, stop.signal]);
  try {
    for await (const { pair, verdict } of judgePairs(judge, left, { concurrency: judge.concurrency, signal })) {
      await turns.add({ judge: judge.id, promptId: pair.promptId, ...pair.policies, ...verdict });
    }
  } finally {
    await turns.written(); // also what came before it was stopped
  }
  signal.throwIfAborted();
}

/** Stops a job that somebody else ends. */
async function stopWhenEnded(deps: RunnerDeps, { id, evaluation }: JobRecord, stop: AbortController): Promise<void> {
  const { store: { jobs }, closing, changes } = deps;
  const signal = AbortSignal.any([closing, stop.signal]);
  while (!signal.aborted) {
    const changed = changes.next(evaluation, signal);
    if (jobs.find(id)?.state !== "running") stop.abort(ended);
    await changed;
  }
}

/** The judge of a job, if it is still the one that was meant. */
function sameJudge(judge: NamedJudge | undefined, { judge: { name, id } }: JobRecord): NamedJudge {
  if (judge?.id === id) return judge;
  const found = judge ? `${judge.id} by that name` : "none by that name";
  throw new AskError(`Expected the judge ${name} to be ${id} but found ${found}: make another job`, "fatal");
}

/** What clients are told of a failure. What is nobody's business but ours is in the log. */
function failureOf({ logError }: RunnerDeps, job: JobRecord, error: unknown): string {
  if (error instanceof AskError) return error.message;
  logError(error, { job: job.id });
  return "Something went wrong here: the log says what";
}
