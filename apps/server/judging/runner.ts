/** Works jobs off: those of one judge one after the other, those of several side by side. */
import { setImmediate } from "node:timers";
import { AskError, judgePairs, type VerdictRow } from "@tare/eval";
import type { Deps } from "../http/deps.ts";
import type { NamedJudge } from "../options.ts";
import { comparisonsOf, remaining } from "./plan.ts";
import type { JobRecord, Jobs } from "./store.ts";

/** What it needs of the app. */
export type RunnerDeps = Pick<Deps, "store" | "clock" | "closing" | "background" | "changes" | "log">;

/** A job that ended by other hands: it was cancelled, or its evaluation deleted. */
const ended = new DOMException("The job has ended", "AbortError");

/**
 * Starts the runner. Jobs that were queued or under way go on; those of judges that are no longer there fail.
 *
 * When the app closes, what is under way is left as it stands, and goes on at the next start.
 *
 * @param deps The app.
 * @param judges Judges by name.
 * @returns The function that says that there is something to do for a judge.
 */
export function startRunner(deps: RunnerDeps, judges: ReadonlyMap<string, NamedJudge>): (name: string) => void {
  const { store: { jobs }, closing, background } = deps;
  const busy = new Set<string>();

  async function work(name: string): Promise<void> {
    try {
      await nextTurn(); // whoever made the job is answered first
      for (let next = jobs.next(name); next && !closing.aborted; next = jobs.next(name)) {
        await run(deps, judges.get(name), next);
      }
    } finally {
      busy.delete(name);
    }
  }

  const wake = (name: string) => {
    if (busy.has(name) || closing.aborted) return;
    busy.add(name);
    background(work(name));
  };
  for (const name of jobs.judges()) wake(name);
  return wake;
}

async function run(
  { store: { jobs, evaluations }, clock, closing, changes, log }: RunnerDeps,
  judge: NamedJudge | undefined,
  { job, plan, invalid }: NonNullable<ReturnType<Jobs["next"]>>,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([closing, stop.signal]);
  const [tell, own] = [() => changes.tell(job.evaluation), new Array<VerdictRow>()];
  let written: Promise<void> | undefined;

  function write(): void {
    written = undefined;
    if (!jobs.write(job.id, own.splice(0))) stop.abort(ended);
    tell();
  }

  /** Stops when somebody ends the job. */
  async function watch(): Promise<void> {
    while (!signal.aborted) {
      const changed = changes.next(job.evaluation, signal);
      if (jobs.find(job.id)?.state !== "running") stop.abort(ended);
      await changed;
    }
  }

  let watching: Promise<void> | undefined;
  try {
    const { id, concurrency } = sameJudge(judge, job);
    const { responses, verdicts } = evaluations.rows(job.evaluation);
    const all = comparisonsOf(responses, plan);
    const left = remaining(all, verdicts, id, invalid);
    jobs.begin(job.id, all.length - left.length);
    tell();
    watching = watch();
    try {
      for await (const { pair: { promptId, policies }, verdict } of judgePairs(judge!, left, { concurrency, signal })) {
        own.push({ judge: id, promptId, ...policies, ...verdict });
        written ??= nextTurn().then(write).catch((error) => stop.abort(error)); // what comes in one turn is written at once
      }
    } finally {
      await written; // what came before it was stopped is known
    }
    signal.throwIfAborted();
    jobs.end(job.id, "done", clock());
  } catch (error) {
    if (error === ended || error === closing.reason) return;
    if (!(error instanceof AskError)) logError(error);
    const said = error instanceof AskError ? error.message : "Something went wrong here: the log says what";
    jobs.end(job.id, "failed", clock(), said);
  } finally {
    stop.abort(ended);
    await watching;
    tell();
  }

  function logError(error: unknown): void {
    const message = error instanceof Error ? error.stack ?? error.message : `${error}`;
    log?.({ time: new Date(clock()).toISOString(), event: "error", request: "", job: job.id, message });
  }
}

/** The judge of a job, if it is still the one that was meant. */
function sameJudge(judge: NamedJudge | undefined, { judge: { name, id } }: JobRecord): NamedJudge {
  if (judge?.id === id) return judge;
  const found = judge ? `${judge.id} by that name` : "none by that name";
  throw new AskError(`Expected the judge ${name} to be ${id} but found ${found}: make another job`, "fatal");
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
