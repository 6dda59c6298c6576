/** Which task an annotator gets. */
import { heldLease, leasesOfOthers, type StudyState } from "./state.ts";
import type { Study } from "./study.ts";

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
  const { seats, open, checks } = unvoted(state, annotator, now);
  if (open === 0) return later(state, annotator, now);
  const { study, annotators, gold } = state;
  const place = annotators.get(annotator)?.votes.size ?? 0;
  const [nextCheck] = checkPlaces(study, seed, place);
  const wanted = checks > 0 && nextCheck === place ? 1 : 0;
  let [best, least, fewest] = [-1, Infinity, Infinity];
  for (let task = 0; task < seats.length; task++) {
    const others = seats[task]!;
    if (others < 0 || others > fewest || gold[task] !== wanted) continue;
    const rank = others * 2 ** 32 + mixed(seed, task);
    if (rank < least) [best, least, fewest] = [task, rank, others];
  }
  return { outcome: "task", task: best };
}

/**
 * How many tasks an annotator would still get if all others left. A gold check counts like any other task, before and after
 * it is voted on: this number must not tell which one it was.
 */
export function tasksLeft(state: StudyState, annotator: string, seed: number, now: number): number {
  const held = heldLease(state, annotator, now)?.task;
  const given = held === undefined ? 0 : 1;
  let { seats, open, checks } = unvoted(state, annotator, now);
  if (held !== undefined && seats[held]! >= 0) {
    if (state.gold[held] === 1) checks--;
    else open--;
  }
  const first = given + (state.annotators.get(annotator)?.votes.size ?? 0);
  let checked = 0;
  for (const place of checkPlaces(state.study, seed, first)) {
    if (checked === checks || place - first - checked >= open) break; // no check is left, or no other task before it
    checked++;
  }
  return given + open + checked;
}

/**
 * What an annotator has not voted on: how many tasks that have room, how many gold checks, and how many others are on each
 * of both; -1 where a task is neither.
 */
function unvoted(state: StudyState, annotator: string, now: number) {
  const { study, counts, gold } = state;
  const seats = counts.slice();
  for (const { task } of leasesOfOthers(state, annotator, now)) seats[task]!++;
  for (const task of state.annotators.get(annotator)?.votes.keys() ?? []) seats[task] = -1;
  let [open, checks] = [0, 0];
  for (let task = 0; task < seats.length; task++) {
    if (seats[task]! < 0) continue;
    if (gold[task] === 1) checks++;
    else if (seats[task]! < study.overlap) open++;
    else seats[task] = -1;
  }
  return { seats, open, checks };
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

/** Places of gold checks among all that an annotator gets, from place `from` on: one at random in every 1 / share. */
function* checkPlaces({ goldShare, tasks }: Study, seed: number, from: number): Iterable<number> {
  for (let i = Math.floor(from * goldShare);; i++) {
    const place = Math.floor((i + mixed(seed, tasks.length + i) / 2 ** 32) / goldShare);
    if (place < from) continue; // it has passed, or two are at one place
    yield place;
    from = place + 1;
  }
}

/** A whole number below 2³² that hangs on the seed and i alone (the finisher of MurmurHash3, twice). */
function mixed(seed: number, i: number): number {
  return finished(finished(Math.floor(seed / 2 ** 32) ^ i, seed), i) >>> 0;
}

function finished(h: number, word: number): number {
  h = Math.imul(h ^ word ^ h >>> 16, 0x85ebca6b);
  h = Math.imul(h ^ h >>> 13, 0xc2b2ae35);
  return h ^ h >>> 16;
}
