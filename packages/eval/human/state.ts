/** The state of a study: what its log amounts to. */
import type { Sight } from "./blind.ts";
import type { StudyEvent, UndoEvent, VoteEvent } from "./event.ts";
import type { Study } from "./study.ts";

/** Leases in a row that keep others out. Who lets more of them pass still gets tasks, but starves nobody. */
const patience = 3;

/** A task that is given to an annotator for a while. Nobody clears leases that are over: they are ignored. */
export interface Lease {
  /** Number of the task. */
  readonly task: number;
  /** When it ends, in milliseconds since 1970. */
  readonly until: number;
  /** Whether it keeps others out. */
  readonly keeps: boolean;
}

/** An annotator's part of the state. */
export interface AnnotatorState {
  /** Current votes by task, the latest last. */
  readonly votes: ReadonlyMap<number, VoteEvent>;
  /** Tasks they were ever given. */
  readonly sights: ReadonlyMap<number, Sight>;
  /** How many votes they ever cast on a task. */
  readonly revisions: ReadonlyMap<number, number>;
  /** The last task that was held for them and that they did not vote on since. There is one at a time. */
  readonly lease?: Lease;
  /** How many leases they had, undos with them, since they last voted on a task for the first time. */
  readonly idle: number;
}

/** What a log amounts to. */
export interface StudyState {
  /** The study. */
  readonly study: Study;
  /** How many events are in it. */
  readonly length: number;
  /** Everybody who ever got a task. */
  readonly annotators: ReadonlyMap<string, AnnotatorState>;
  /** Current votes of each task, by annotator. */
  readonly votes: readonly ReadonlyMap<string, VoteEvent>[];
  /** How many these are: side by side, for every decision looks at all of them. */
  readonly counts: Int32Array;
  /** For each task 1 where it is a gold check, else 0; for the same reason. */
  readonly gold: Uint8Array;
  /** Every vote that was ever cast, by its id. */
  readonly cast: ReadonlyMap<string, VoteEvent>;
  /** Votes that were taken back, by their id. */
  readonly undone: ReadonlyMap<string, UndoEvent>;
}

interface Mine extends AnnotatorState {
  readonly votes: Map<number, VoteEvent>;
  readonly sights: Map<number, Sight>;
  readonly revisions: Map<number, number>;
  lease?: Lease;
  idle: number;
}

/** A state that grows. */
export interface Growing {
  /** The state. It changes with every event. */
  readonly state: StudyState;
  /** Adds an event. */
  readonly add: (event: StudyEvent) => void;
  /** Adds an event that is in no log yet, and gives the function that takes it back: the last one first. */
  readonly tryOut: (event: StudyEvent) => () => void;
}

/** The state of a study without events. */
export function growing(study: Study): Growing {
  const annotators = new Map<string, Mine>();
  const state = {
    ...{ study, length: 0, annotators, votes: study.tasks.map(() => new Map<string, VoteEvent>()) },
    counts: new Int32Array(study.tasks.length),
    gold: Uint8Array.from(study.tasks, ({ gold }) => gold === undefined ? 0 : 1),
    ...{ cast: new Map<string, VoteEvent>(), undone: new Map<string, UndoEvent>() },
  };
  const of = (annotator: string): Mine => {
    const mine = annotators.get(annotator) ?? { votes: new Map(), sights: new Map(), revisions: new Map(), idle: 0 };
    annotators.set(annotator, mine);
    return mine;
  };
  const steps: { readonly [K in StudyEvent["kind"]]: (event: Extract<StudyEvent, { kind: K }>, mine: Mine) => void } = {
    lease({ task, handle, left, until }, mine) {
      mine.sights.set(task, { task, handle, left });
      mine.lease = { task, until, keeps: ++mine.idle <= patience };
    },
    vote(vote, mine) {
      const { task, id, annotator, revision } = vote;
      state.cast.set(id, vote);
      state.votes[task]!.set(annotator, vote);
      mine.votes.delete(task); // a vote that is revised becomes the latest
      mine.votes.set(task, vote);
      mine.revisions.set(task, revision);
      if (revision === 1) mine.idle = 0;
      if (mine.lease?.task === task) delete mine.lease;
    },
    undo(undo, mine) {
      const { task, id, annotator, until } = undo;
      state.undone.set(id, undo);
      state.votes[task]!.delete(annotator);
      mine.votes.delete(task);
      mine.lease = { task, until, keeps: ++mine.idle <= patience };
    },
  };
  const add = (event: StudyEvent) => {
    steps[event.kind](event as never, of(event.annotator));
    state.counts[event.task] = state.votes[event.task]!.size;
    state.length++;
  };
  const tryOut = (event: StudyEvent) => {
    const { kind, annotator, task } = event;
    const mine = annotators.get(annotator);
    // What is new is the last of its map. A vote that is revised or taken back leaves a place: only then are maps copied.
    const stood = mine?.votes.has(task);
    const before = mine && { ...mine, ...stood && { votes: new Map(mine.votes) } };
    const votes = stood && new Map(state.votes[task]);
    const [sight, revision] = [mine?.sights.get(task), mine?.revisions.get(task)];
    add(event);
    return () => {
      if (before) {
        if (!stood) before.votes.delete(task);
        restore(before.sights, task, sight);
        restore(before.revisions, task, revision);
        annotators.set(annotator, before);
      } else annotators.delete(annotator);
      if (votes) state.votes[task] = votes;
      else state.votes[task]!.delete(annotator);
      state.counts[task] = state.votes[task]!.size;
      if (kind === "vote") state.cast.delete(event.id);
      if (kind === "undo") state.undone.delete(event.id);
      state.length--;
    };
  };
  return { state, add, tryOut };
}

/** Puts back what a map had, without moving it. */
function restore<V>(map: Map<number, V>, key: number, value: V | undefined): void {
  if (value === undefined) map.delete(key);
  else map.set(key, value);
}

/**
 * Whether a lease is not over yet. One that ends more than two leases from now was made by a clock that was ahead: it is
 * ignored, or a task would be lost until then.
 */
function isLive(study: Study, { until }: Lease, now: number): boolean {
  return until > now && until <= now + 2 * study.lease;
}

/** The lease of an annotator that is not over yet. */
export function liveLease({ study, annotators }: StudyState, annotator: string, now: number): Lease | undefined {
  const lease = annotators.get(annotator)?.lease;
  return lease && isLive(study, lease, now) ? lease : undefined;
}

/** Leases of everybody but one that are not over yet and keep others out. */
export function leasesOfOthers({ study, annotators }: StudyState, annotator: string, now: number): Lease[] {
  const leases: Lease[] = [];
  for (const [other, { lease }] of annotators) { // with every decision: nothing is made for those who hold none
    if (lease?.keeps && isLive(study, lease, now) && other !== annotator) leases.push(lease);
  }
  return leases;
}

/** Votes on a task and live leases of it, of everybody but one. */
export function seatsOfOthers(state: StudyState, annotator: string, task: number, now: number): number {
  const votes = state.votes[task]!;
  const held = leasesOfOthers(state, annotator, now).filter((lease) => lease.task === task);
  return votes.size + held.length - (votes.has(annotator) ? 1 : 0);
}

/** The lease to go on with: not over, and its task has a place left, which others may have taken where it keeps none out. */
export function heldLease(state: StudyState, annotator: string, now: number): Lease | undefined {
  const lease = liveLease(state, annotator, now);
  if (!lease) return undefined;
  const seats = seatsOfOthers(state, annotator, lease.task, now);
  return hasRoom(state.study, lease.task, seats) ? lease : undefined;
}

/** Whether another annotator may vote on a task. Gold checks are for everybody. */
export function hasRoom({ tasks, overlap }: Study, task: number, seats: number): boolean {
  return tasks[task]!.gold !== undefined || seats < overlap;
}

/** Whom a vote prefers; undefined if it says nothing. Both bad is a tie. */
export function winnerOf({ choice, left }: Pick<VoteEvent, "choice" | "left">): "a" | "b" | "tie" | undefined {
  const right = left === "a" ? "b" : "a";
  return ({ left, right, tie: "tie", bad: "tie", skip: undefined } as const)[choice];
}
