/** What happens in a study. The log of these is the truth; everything else is computed from it. */
import { type Check, fields, mismatch, name, oneOf, optional, text, uuid, whole } from "./fields.ts";

/** What an annotator may say of two responses: one is better, they are equally good, both are bad, or nothing. */
export type Choice = "left" | "right" | "tie" | "bad" | "skip";

/** Most characters of a comment. */
export const longestComment = 2_000;

/** A task is held for an annotator. */
export interface LeaseEvent {
  /** What happened. */
  readonly kind: "lease";
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Who it is held for. */
  readonly annotator: string;
  /** Number of the task in the study. */
  readonly task: number;
  /** What this annotator knows the task by. */
  readonly handle: string;
  /** Which response stands left for them. */
  readonly left: "a" | "b";
  /** When it ends, in milliseconds since 1970. */
  readonly until: number;
}

/** An annotator voted, for the first time or anew. */
export interface VoteEvent {
  /** What happened. */
  readonly kind: "vote";
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Who voted. */
  readonly annotator: string;
  /** Number of the task in the study. */
  readonly task: number;
  /** The client's UUID of the vote. */
  readonly id: string;
  /** What they said. */
  readonly choice: Choice;
  /** Which response stood left. */
  readonly left: "a" | "b";
  /** How many votes this annotator has cast on this task, with this one. */
  readonly revision: number;
  /** The revision that it takes the place of; absent if there was no vote, or none any more. */
  readonly revises?: number;
  /** What they wrote. */
  readonly comment?: string;
  /** Milliseconds that they took, as their client says. */
  readonly dwell?: number;
}

/** An annotator took back their last vote, and holds its task again. */
export interface UndoEvent {
  /** What happened. */
  readonly kind: "undo";
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Who took it back. */
  readonly annotator: string;
  /** Number of the task in the study. */
  readonly task: number;
  /** The vote that is taken back. */
  readonly id: string;
  /** When the new lease ends, in milliseconds since 1970. */
  readonly until: number;
}

/** An entry of the log. */
export type StudyEvent = LeaseEvent | VoteEvent | UndoEvent;

/** A comment of bounded length. */
export const comment: Check<string> = (value, where) => {
  if (text(value, where).length <= longestComment) return value as string;
  throw new RangeError(
    `Expected a comment of ${longestComment} characters or less but found ${(value as string).length} at ${where}`,
  );
};

/** What an annotator may say. */
export const choice: Check<Choice> = oneOf("left", "right", "tie", "bad", "skip");

const every = { at: whole(0), annotator: name, task: whole(0) };
const side = oneOf("a", "b");
const checks: { readonly [K in StudyEvent["kind"]]: Check<Extract<StudyEvent, { kind: K }>> } = {
  lease: fields({ kind: oneOf("lease"), ...every, handle: name, left: side, until: whole(0) }),
  vote: fields({
    ...{ kind: oneOf("vote"), ...every, id: uuid, choice, left: side, revision: whole(1) },
    ...{ revises: optional(whole(1)), comment: optional(comment), dwell: optional(whole(0)) },
  }),
  undo: fields({ kind: oneOf("undo"), ...every, id: uuid, until: whole(0) }),
};

/** Checks an event by itself. */
export const eventOf: Check<StudyEvent> = (value, where) => {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  if (typeof kind === "string" && Object.hasOwn(checks, kind)) return checks[kind as keyof typeof checks](value, where);
  throw mismatch('"lease" or "vote" or "undo"', kind, `${where}, field kind`);
};
