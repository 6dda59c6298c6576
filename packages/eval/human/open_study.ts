/** A study at work: tasks are given out, votes come in, and nobody learns whose response is whose. */
import { assign, tasksLeft } from "./assign.ts";
import { seedOf, type Sight, sightOf } from "./blind.ts";
import { decider, eventsOf } from "./decide.ts";
import type { LeaseEvent, StudyEvent } from "./event.ts";
import { name as nameOf, uuid } from "./fields.ts";
import { heldLease, type StudyState } from "./state.ts";
import type { StudyStore } from "./store.ts";
import { checkStudy, type Study } from "./study.ts";
import {
  type Ballot,
  ballotOf,
  decideUndo,
  decideVote,
  lastVote,
  own,
  type OwnVote,
  type VoteOutcome,
} from "./vote.ts";

/** All that an annotator gets to see of a task. */
export interface ShownTask {
  /** What to vote with. It is another one for every annotator. */
  readonly id: string;
  /** What to do. */
  readonly instructions: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** The response on the left. */
  readonly left: string;
  /** The response on the right. */
  readonly right: string;
  /** When somebody else may get it, in milliseconds since 1970. */
  readonly until: number;
}

/** A task; none before others' leases end; or none for good, unless a vote is taken back. */
export type NextOutcome =
  | { readonly outcome: "task"; readonly task: ShownTask }
  | { readonly outcome: "wait"; readonly until: number }
  | { readonly outcome: "done" };

/** The task is back; or the vote is not the last one; or this annotator cast no such vote. */
export type UndoOutcome =
  | { readonly outcome: "undone"; readonly vote: OwnVote; readonly task: ShownTask }
  | { readonly outcome: "conflict"; readonly reason: string; readonly current?: OwnVote }
  | { readonly outcome: "unknown" };

/** How far an annotator is: what they may see themselves. */
export interface OwnProgress {
  /** How many votes of theirs stand. */
  readonly votes: number;
  /** How many tasks they would still get if all others left. */
  readonly left: number;
  /** The vote that can be taken back. */
  readonly last?: OwnVote;
}

/** A study at work. Any number of them, in any number of processes, may stand on one store. */
export interface OpenStudy {
  /** Gives an annotator a task: the one that is held for them, or another. */
  next(annotator: string): Promise<NextOutcome>;
  /** Takes a vote; rejects with a RangeError what is none, such as a comment that is too long. */
  vote(annotator: string, ballot: Ballot): Promise<VoteOutcome>;
  /** Takes back the annotator's last vote, which the id names. */
  undo(annotator: string, id: string): Promise<UndoOutcome>;
  /** How far an annotator is. */
  progress(annotator: string): Promise<OwnProgress>;
  /** Computes something from the present state: `studyProgress`, `annotatorQuality`, `humanVerdicts` and their like. */
  view<T>(of: (state: StudyState, now: number) => T): Promise<T>;
  /** The log, from event number `from` on (the first is 0), up to its present end. */
  events(from?: number): AsyncIterable<StudyEvent>;
}

/**
 * Puts a new study into a store.
 *
 * @param store Where.
 * @param study What; it is checked first.
 * @throws {RangeError} If the study is not as it should be, or there is one of its name.
 *
 * @example Usage
 * ```ts
 * import { createStudy, memoryStudyStore, type Study } from "@tare/eval/human";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const study: Study = {
 *   ...{ name: "tea", instructions: "Which is more helpful?", overlap: 2, lease: 600_000, goldShare: 0 },
 *   ...{ secret: "0123456789abcdef", leastDwell: 2_000 },
 *   tasks: [{
 *     ...{ promptId: "1", prompt: "Tea?" },
 *     ...{ a: { policy: "ppo", response: " Yes." }, b: { policy: "sft", response: " No." } },
 *   }],
 * };
 * const store = memoryStudyStore();
 * await createStudy(store, study);
 * assertEquals(await store.names(), ["tea"]);
 * await assertRejects(() => createStudy(store, study), RangeError, "found a study called tea");
 * ```
 */
export async function createStudy(store: StudyStore, study: Study): Promise<void> {
  if (await store.create(checkStudy(study))) return;
  throw new RangeError(`Expected a new name but found a study called ${study.name} in the store: take another name`);
}

/**
 * Opens a study.
 *
 * @param store Where it is kept.
 * @param name What it is called.
 * @param now The clock, in milliseconds since 1970.
 * @returns The study at work.
 * @throws {RangeError} If the store has none of this name.
 *
 * @example Usage
 * ```ts
 * import { createStudy, memoryStudyStore, openStudy } from "@tare/eval/human";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const store = memoryStudyStore();
 * await createStudy(store, {
 *   ...{ name: "tea", instructions: "Which is more helpful?", overlap: 2, lease: 600_000, goldShare: 0 },
 *   ...{ secret: "0123456789abcdef", leastDwell: 2_000 },
 *   tasks: [{
 *     ...{ promptId: "1", prompt: "Tea?" },
 *     ...{ a: { policy: "ppo", response: " Yes." }, b: { policy: "sft", response: " No." } },
 *   }],
 * });
 * const study = await openStudy(store, "tea");
 * const next = await study.next("ann");
 * assert(next.outcome === "task");
 * const { outcome } = await study.vote("ann", { id: crypto.randomUUID(), task: next.task.id, choice: "left" });
 * assertEquals(outcome, "accepted");
 * assertEquals(await study.next("ann"), { outcome: "done" }); // the second vote is somebody else's
 * ```
 */
export async function openStudy(store: StudyStore, name: string, now: () => number = Date.now): Promise<OpenStudy> {
  const study = await store.find(name);
  if (!study) throw new RangeError(`Expected a study called ${name} but found none in the store: create it first`);
  const decide = decider(store, study, now);
  const seeds = new Map<string, Promise<number>>();
  const seedFor = (annotator: string) => {
    const seed = seeds.get(annotator) ?? seedOf(study, nameOf(annotator, "annotator"));
    seeds.set(annotator, seed);
    return seed;
  };
  return {
    async next(annotator) {
      const seed = await seedFor(annotator);
      return await decide<NextOutcome>(async (state, now) => {
        const held = heldLease(state, annotator, now);
        if (held) return { outcome: given(study, sightsOf(state, annotator).get(held.task)!, held.until) };
        const assigned = assign(state, annotator, seed, now);
        if (assigned.outcome !== "task") return { outcome: assigned };
        const { task } = assigned;
        const sight = sightsOf(state, annotator).get(task) ?? await sightOf(study, task, annotator);
        const event: LeaseEvent = { kind: "lease", at: now, annotator, ...sight, until: now + study.lease };
        return { outcome: given(study, sight, event.until), event };
      });
    },
    async vote(annotator, ballot) {
      const checked = ballotOf(ballot, "vote");
      return await decide((state, now) => decideVote(state, annotator, checked, now));
    },
    async undo(annotator, id) {
      const checked = uuid(id, "undo");
      return await decide<UndoOutcome>((state, now) => {
        const { outcome, event } = decideUndo(state, annotator, checked, now);
        if (outcome.outcome !== "undone") return { outcome };
        const { vote, sight, until } = outcome;
        return { outcome: { outcome: "undone", vote, task: shown(study, sight, until) }, event };
      });
    },
    async progress(annotator) {
      const seed = await seedFor(annotator);
      return await decide((state, now) => {
        const last = lastVote(state, annotator);
        const votes = state.annotators.get(annotator)?.votes.size ?? 0;
        const left = tasksLeft(state, annotator, seed, now);
        return { outcome: { votes, left, ...last && { last: own(last) } } };
      });
    },
    view: (of) => decide((state, now) => ({ outcome: of(state, now) })),
    events: (from = 0) => eventsOf(store, name, from),
  };
}

function sightsOf({ annotators }: StudyState, annotator: string): ReadonlyMap<number, Sight> {
  return annotators.get(annotator)?.sights ?? new Map();
}

function given(study: Study, sight: Sight, until: number): NextOutcome {
  return { outcome: "task", task: shown(study, sight, until) };
}

/** What leaves the room: nothing that names a policy, a file or a number of a task. */
function shown({ instructions, tasks }: Study, { task, handle, left }: Sight, until: number): ShownTask {
  const { prompt, a, b } = tasks[task]!;
  const [first, second] = left === "a" ? [a, b] : [b, a];
  return { id: handle, instructions, prompt, left: first.response, right: second.response, until };
}
