/** Where studies are kept. */
import type { StudyEvent } from "./event.ts";
import type { Study } from "./study.ts";

/**
 * Keeps studies and their logs. Every method is atomic, and what it said is done is safe from `kill -9`.
 *
 * `append` is what keeps annotators from each other's tasks: who decided on a log that has grown since is told so, reads on and
 * decides anew. In SQL that is a primary key (study, number of the event), so that any database with one can stand behind
 * this, and any number of processes before it.
 */
export interface StudyStore {
  /** Adds a study with the first events of its log; false, and nothing is done, if there is one of this name. */
  create(study: Study, events?: readonly StudyEvent[]): Promise<boolean>;
  /** Names of the studies, sorted. */
  names(): Promise<readonly string[]>;
  /** A study; undefined if there is none of this name. */
  find(name: string): Promise<Study | undefined>;
  /** Events of a log from number `from` on (the first is 0), `limit` at most; none if there is no such study. */
  read(name: string, from: number, limit: number): Promise<readonly StudyEvent[]>;
  /** Adds events from number `at` on; false, and nothing is done, if the log has another length or there is no such study. */
  append(name: string, at: number, events: readonly StudyEvent[]): Promise<boolean>;
  /** Drops a study with its log; false if there is none of this name. Who has it open must not go on, or make a new one. */
  remove(name: string): Promise<boolean>;
}

/**
 * A store in memory: for tests, and for programs that end with what they asked.
 *
 * @returns The store, empty.
 *
 * @example Usage
 * ```ts
 * import { memoryStudyStore } from "@tare/eval/human";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await memoryStudyStore().names(), []);
 * ```
 */
export function memoryStudyStore(): StudyStore {
  const kept = new Map<string, { readonly study: Study; readonly log: StudyEvent[] }>();
  return {
    create(study, events = []) {
      const fresh = !kept.has(study.name);
      if (fresh) kept.set(study.name, { study, log: [...events] });
      return Promise.resolve(fresh);
    },
    names: () => Promise.resolve([...kept.keys()].sort()),
    find: (name) => Promise.resolve(kept.get(name)?.study),
    read: (name, from, limit) => Promise.resolve(kept.get(name)?.log.slice(from, from + limit) ?? []),
    append(name, at, events) {
      const log = kept.get(name)?.log;
      const fits = log?.length === at;
      if (fits) log.push(...events);
      return Promise.resolve(fits);
    },
    remove: (name) => Promise.resolve(kept.delete(name)),
  };
}
