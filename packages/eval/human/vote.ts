/** What becomes of a vote, and of taking one back. */
import type { Sight } from "./blind.ts";
import { type Choice, choice, comment, type UndoEvent, type VoteEvent } from "./event.ts";
import type { Decision } from "./decide.ts";
import { type Check, fields, optional, text, uuid, whole } from "./fields.ts";
import { hasRoom, seatsOfOthers, type StudyState } from "./state.ts";

/** A vote as an annotator's client sends it. */
export interface Ballot {
  /** A UUID that the client made: sent again with the same content, it is the same vote. */
  readonly id: string;
  /** Id of the task, as the annotator got it. */
  readonly task: string;
  /** What the annotator says. */
  readonly choice: Choice;
  /** What they write; 2,000 characters at most. */
  readonly comment?: string;
  /** Milliseconds that they took. */
  readonly dwell?: number;
  /** Revision of their current vote on this task, where this one is to take its place. */
  readonly revises?: number;
}

/** A vote of one's own that stands. */
export interface OwnVote {
  /** Its UUID. */
  readonly id: string;
  /** How many votes this annotator has cast on this task, with this one. */
  readonly revision: number;
  /** What was said. */
  readonly choice: Choice;
  /** What was written. */
  readonly comment?: string;
}

/**
 * What becomes of a vote: it counts; it is at odds with one that is there; others have all places, for it came after its lease or after many of them;
 * or this annotator never got such a task.
 */
export type VoteOutcome =
  | { readonly outcome: "accepted"; readonly vote: OwnVote }
  | { readonly outcome: "conflict"; readonly reason: string; readonly current?: OwnVote }
  | { readonly outcome: "taken" }
  | { readonly outcome: "unknown" };

/** Checks a vote by itself. */
export const ballotOf: Check<Ballot> = fields({
  ...{ id: uuid, task: text, choice },
  ...{ revises: optional(whole(1)), comment: optional(comment), dwell: optional(whole(0)) }, // as in the log
});

/** Decides on a vote. */
export function decideVote(state: StudyState, annotator: string, ballot: Ballot, now: number): Decision<VoteOutcome> {
  const mine = state.annotators.get(annotator);
  const sight = mine && sightBy(mine.sights, ballot.task);
  const earlier = state.cast.get(ballot.id);
  if (earlier) {
    const same = earlier.annotator === annotator && earlier.task === sight?.task && sameContent(earlier, ballot);
    return { outcome: same ? accepted(earlier) : conflict("Another vote has this id: make a new one for each vote") };
  }
  if (!mine || !sight) return { outcome: { outcome: "unknown" } };
  const { task, left } = sight;
  const current = mine.votes.get(task);
  if (current?.revision !== ballot.revises) {
    const there = current ? `revision ${current.revision}` : "none";
    const reason = `Expected a vote that revises ${there} but found one that revises ${ballot.revises ?? "none"}`;
    return { outcome: conflict(reason, current) };
  }
  if (!hasRoom(state.study, task, seatsOfOthers(state, annotator, task, now))) {
    return { outcome: { outcome: "taken" } };
  }
  const { id, task: _, choice, ...rest } = ballot;
  const revision = (mine.revisions.get(task) ?? 0) + 1;
  const event: VoteEvent = { kind: "vote", at: now, annotator, task, id, choice, left, revision, ...rest };
  return { outcome: accepted(event), event };
}

/** What becomes of taking back a vote, before the task is shown: which vote, and until when its task is held. */
export type UndoDecision =
  | { readonly outcome: "undone"; readonly vote: OwnVote; readonly sight: Sight; readonly until: number }
  | { readonly outcome: "conflict"; readonly reason: string; readonly current?: OwnVote }
  | { readonly outcome: "unknown" };

/** Decides on taking back an annotator's last vote. */
export function decideUndo(state: StudyState, annotator: string, id: string, now: number): Decision<UndoDecision> {
  const mine = state.annotators.get(annotator);
  const vote = state.cast.get(id);
  if (!mine || vote?.annotator !== annotator) return { outcome: { outcome: "unknown" } };
  const back = ({ until }: UndoEvent) =>
    ({ outcome: "undone", vote: own(vote), sight: mine.sights.get(vote.task)!, until }) as const;
  const earlier = state.undone.get(id);
  if (earlier) return { outcome: back(earlier) };
  const last = lastVote(state, annotator);
  if (last?.id !== id) return { outcome: conflict("Only the last vote can be taken back, and this is another", last) };
  const event: UndoEvent = { kind: "undo", at: now, annotator, task: vote.task, id, until: now + state.study.lease };
  return { outcome: back(event), event };
}

/** The sight of a handle. A loop, since this is asked for every vote, and iterators of old browsers have no find(). */
function sightBy(sights: ReadonlyMap<number, Sight>, handle: string): Sight | undefined {
  for (const sight of sights.values()) if (sight.handle === handle) return sight;
}

/** The vote that an annotator cast last, of those that stand. */
export function lastVote({ annotators }: StudyState, annotator: string): VoteEvent | undefined {
  let last: VoteEvent | undefined;
  for (const vote of annotators.get(annotator)?.votes.values() ?? []) last = vote;
  return last;
}

function accepted(vote: VoteEvent): VoteOutcome {
  return { outcome: "accepted", vote: own(vote) };
}

function conflict(reason: string, current?: VoteEvent) {
  return { outcome: "conflict", reason, ...current && { current: own(current) } } as const;
}

/** What an annotator may know of their vote: nothing of sides or of numbers of tasks. */
export function own({ id, revision, choice, comment }: VoteEvent): OwnVote {
  return { id, revision, choice, ...comment !== undefined && { comment } };
}

function sameContent(vote: VoteEvent, ballot: Ballot): boolean {
  return (["choice", "comment", "dwell", "revises"] as const).every((field) => vote[field] === ballot[field]);
}
