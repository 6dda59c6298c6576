/** Which task an annotator gets. */
import { randomIntegers } from "../stats/random.ts";
import { hasRoom, leasesOfOthers, liveLease, seatsOfOthers, type StudyState } from "./state.ts";
import type { Study } from "./study.ts";

/** A task, none until others' leases end, or none. */
export type Assignment =
  | { readonly kind: "task"; readonly task: number }
  | { readonly kind: "wait"; readonly until: number }
  | { readonly kind: "done" };

/**
 * Chooses a task for an annotator who holds none: of those they have not voted on and that have room, one that the fewest
 * have voted on or hold, in an order of the annotator's own. So tasks fill up evenly, and no two people see them alike.
 */
export function assign(state: StudyState, annotator: string, seed: number, now: number): Assignment {
  const open = openTo(state, annotator, now);
  if (open.length === 0) return later(state, annotator, now);
  const checks = unchecked(state, annotator);
  const voted = state.annotators.get(annotator)?.votes.size ?? 0;
  const pool = checks.length > 0 && checkPlaces(state.study, seed).has(voted) ? checks : open;
  const [seats, order] = [seatsOfOthers(state, annotator, now), shuffled(state.study.tasks.length, seed)];
  const before = (i: number, j: number) => seats[i]! < seats[j]! || seats[i] === seats[j] && order[i]! < order[j]!;
  return { kind: "task", task: pool.reduce((best, task) => before(task, best) ? task : best) };
}

/**
 * How many tasks an annotator would still get if all others left. A gold check counts like any other task, before and after
 * it is voted on: this number must not tell which one it was.
 */
export function tasksLeft(state: StudyState, annotator: string, seed: number, now: number): number {
  const held = liveLease(state, annotator, now)?.task;
  const rest = (tasks: readonly number[]) => tasks.filter((task) => task !== held).length;
  let [open, checks] = [rest(openTo(state, annotator, now)), rest(unchecked(state, annotator))];
  const voted = state.annotators.get(annotator)?.votes.size ?? 0;
  const places = checkPlaces(state.study, seed);
  let given = held === undefined ? 0 : 1;
  for (; open > 0; given++) {
    if (checks > 0 && places.has(voted + given)) checks--;
    else open--;
  }
  return given;
}

/** Tasks, no gold checks, that an annotator has not voted on and that have room. */
function openTo(state: StudyState, annotator: string, now: number): number[] {
  const { study } = state;
  const mine = state.annotators.get(annotator)?.votes;
  return seatsOfOthers(state, annotator, now).flatMap((seats, task) =>
    study.tasks[task]!.gold === undefined && !mine?.has(task) && hasRoom(study, task, seats) ? [task] : []
  );
}

/** Gold checks that an annotator has not voted on. */
function unchecked({ study, annotators }: StudyState, annotator: string): number[] {
  const mine = annotators.get(annotator)?.votes;
  return study.tasks.flatMap(({ gold }, task) => gold !== undefined && !mine?.has(task) ? [task] : []);
}

/** Where no task has room: when the first lease ends that keeps the annotator from one, if one does. */
function later(state: StudyState, annotator: string, now: number): Assignment {
  const mine = state.annotators.get(annotator)?.votes;
  const { tasks, overlap } = state.study;
  const ends = leasesOfOthers(state, annotator, now).filter(({ task }) =>
    tasks[task]!.gold === undefined && !mine?.has(task) && state.votes[task]!.size < overlap
  ).map(({ until }) => until);
  return ends.length > 0 ? { kind: "wait", until: Math.min(...ends) } : { kind: "done" };
}

/** Which of an annotator's tasks (the first is 0) are gold checks: one at a random place in every 1 / share. */
function checkPlaces({ tasks, goldShare }: Study, seed: number): ReadonlySet<number> {
  const draw = randomIntegers(seed);
  const count = Math.ceil(tasks.length * goldShare);
  return new Set(Array.from({ length: count }, (_, i) => Math.floor((i + draw(1_000) / 1_000) / goldShare)));
}

/** Ranks from 0 to n − 1 in an order that the seed decides (Fisher and Yates). */
function shuffled(n: number, seed: number): number[] {
  const draw = randomIntegers(seed);
  const ranks = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = draw(i + 1);
    [ranks[i], ranks[j]] = [ranks[j]!, ranks[i]!];
  }
  return ranks;
}
