/** Decisions on a study, one after the other: each is made on what the log amounts to, and told when it is in the log. */
import type { StudyEvent } from "./event.ts";
import { whole } from "./fields.ts";
import { growing, type StudyState } from "./state.ts";
import type { StudyStore } from "./store.ts";
import type { Study } from "./study.ts";

/** What a decision comes to: what to say, and what to write in the log first, if anything. */
export interface Decision<Outcome> {
  /** What to say. */
  readonly outcome: Outcome;
  /** What to write. */
  readonly event?: StudyEvent;
}

/** Decides, and resolves with the outcome once its event is safe. */
export type Decide = <T>(
  decision: (state: StudyState, now: number) => Decision<T> | Promise<Decision<T>>,
) => Promise<T>;

/** Something to decide, for somebody who waits to be told. */
interface Waiting {
  readonly decide: (state: StudyState) => Promise<{ readonly event?: StudyEvent; readonly tell: () => void }>;
  readonly reject: (error: unknown) => void;
}

/** How many events are read at a time. */
const page = 1_000;

/** Events of a log from number `from` on, up to its present end. */
export async function* eventsOf(store: StudyStore, name: string, from: number): AsyncIterable<StudyEvent> {
  for (let read = page; read === page; from += read) {
    const some = await store.read(name, from, page);
    read = some.length;
    yield* some;
  }
}

/**
 * Makes the function that decides. What comes while the disk is busy is decided together, one by one, and written together: a
 * hundred votes wait for one write. Where another process has written in between, all of it is decided anew.
 */
export function decider(store: StudyStore, study: Study, now: () => number): Decide {
  const { name } = study;
  let { state, add, tryOut } = growing(study);
  let waiting: Waiting[] = [];
  let busy = false;

  async function work(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        while (!await write(batch));
      } catch (error) {
        ({ state, add, tryOut } = growing(study)); // what was not written is forgotten
        for (const { reject } of batch) reject(error);
      }
    }
    busy = false;
  }

  /** Decides and writes, then tells; false if another process was quicker. */
  async function write(batch: readonly Waiting[]): Promise<boolean> {
    for await (const event of eventsOf(store, name, state.length)) add(event);
    const from = state.length;
    const fresh: StudyEvent[] = [];
    const tells: (() => void)[] = [];
    const back: (() => void)[] = [];
    for (const { decide, reject } of batch) {
      const { event, tell } = await decide(state).catch((error) => ({ event: undefined, tell: () => reject(error) }));
      if (event) {
        back.unshift(tryOut(event));
        fresh.push(event);
      }
      tells.push(tell);
    }
    if (fresh.length > 0 && !await store.append(name, from, fresh)) {
      if ((await store.read(name, from, 1)).length > 0) {
        for (const undo of back) undo(); // a long log is not read anew, or who writes less often would never be in time
        return false;
      }
      throw new Error(`Expected the log of ${name} to grow but found it removed or shorter: open the study anew`);
    }
    for (const tell of tells) tell();
    return true;
  }

  return (decision) =>
    new Promise((resolve, reject) => {
      const decide: Waiting["decide"] = async (state) => {
        const { outcome, event } = await decision(state, whole(0)(Math.trunc(now()), "clock"));
        return { event, tell: () => resolve(outcome) };
      };
      waiting.push({ decide, reject });
      if (!busy) work();
    });
}
