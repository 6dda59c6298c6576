/** Which task an annotator gets. */
import { hasRoom, heldLease, leasesOfOthers, seatsOfOthers, type StudyState } from "./state.ts";

/** A task, none until others' leases end, or none. */
export type Assignment =
  | { readonly outcome: "task"; readonly task: number }
  | { readonly outcome: "wait"; readonly until: number }
  | { readonly outcome: "done" };

/**
 * Chooses a task for an annotator who holds none: of those they have not voted on and that have room, one that the fewest
 * have voted on or hold, in an order of the annotator's own. So tasks fill up evenly, and no two people see them alike.
 */
export function assign(state: StudyState, annotator: string, seed: number, now: number): Assignment {
  const { open, checks, seats } = unvoted(state, annotator, now);
  if (open.length === 0) return later(state, annotator, now);
  const pool = checks.length > 0 && isCheckPlace(state, annotator, seed, 0) ? checks : open;
  let [best, least] = [-1, Infinity];
  for (const task of pool) {
    const rank = seats[task]! * 2 ** 32 + mixed(seed, task);
    if (rank < least) [best, least] = [task, rank];
  }
  return { outcome: "task", task: best };
}

/**
 * How many tasks an annotator would still get if all others left. A gold check counts like any other task, before and after
 * it is voted on: this number must not tell which one it was.
 */
export function tasksLeft(state: StudyState, annotator: string, seed: number, now: number): number {
  const held = heldLease(state, annotator, now)?.task;
  const rest = unvoted(state, annotator, now);
  const count = (tasks: readonly number[]) => tasks.filter((task) => task !== held).length;
  let [open, checks] = [count(rest.open), count(rest.checks)];
  let given = held === undefined ? 0 : 1;
  for (; open > 0; given++) {
    if (checks > 0 && isCheckPlace(state, annotator, seed, given)) checks--;
    else open--;
  }
  return given;
}

/** What an annotator has not voted on: tasks that have room, and gold checks; and how many others are on each task. */
function unvoted(state: StudyState, annotator: string, now: number) {
  const { study } = state;
  const mine = state.annotators.get(annotator)?.votes;
  const seats = seatsOfOthers(state, annotator, now);
  const [open, checks]: [number[], number[]] = [[], []];
  study.tasks.forEach(({ gold }, task) => {
    if (!mine?.has(task) && hasRoom(study, task, seats[task]!)) (gold === undefined ? open : checks).push(task);
  });
  return { open, checks, seats };
}

/** Where no task has room: when the first lease ends that keeps the annotator from one, if one does. */
function later(state: StudyState, annotator: string, now: number): Assignment {
  const mine = state.annotators.get(annotator)?.votes;
  const { tasks } = state.study;
  const ends = leasesOfOthers(state, annotator, now).filter(({ task }) =>
    tasks[task]!.gold === undefined && !mine?.has(task)
  ).map(({ until }) => until);
  return ends.length > 0 ? { outcome: "wait", until: Math.min(...ends) } : { outcome: "done" };
}

/** Whether the task after `given` more is a gold check: one at a random place in every 1 / share is. */
function isCheckPlace({ study, annotators }: StudyState, annotator: string, seed: number, given: number): boolean {
  const { goldShare, tasks } = study;
  const place = (annotators.get(annotator)?.votes.size ?? 0) + given;
  const of = (i: number) => Math.floor((i + mixed(seed, tasks.length + i) / 2 ** 32) / goldShare);
  const i = Math.floor(place * goldShare); // a place belongs to this check, or to the next where it lies across two
  return goldShare > 0 && (of(i) === place || of(i + 1) === place);
}

/** A whole number below 2³² that hangs on the seed and i alone (the finisher of MurmurHash3, twice). */
function mixed(seed: number, i: number): number {
  let h = Math.floor(seed / 2 ** 32) ^ i;
  for (const word of [seed | 0, i]) {
    h = Math.imul(h ^ word ^ h >>> 16, 0x85ebca6b);
    h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}
