/** Works jobs off: those of one judge one after the other, those of several side by side. */
import { nextTurn } from "../http/in_time.ts";
import type { NamedJudge } from "../options.ts";
import { runJob, type RunnerDeps } from "./run_job.ts";

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
        await runJob(deps, judges.get(name), next);
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
