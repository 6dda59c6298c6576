/** An annotator's part of a study, as it is sent. */
import type { NextOutcome, OpenStudy, ShownTask, UndoOutcome, VoteOutcome } from "@tare/eval/human";
import type { Access, InvitationRecord } from "../access/store.ts";
import { Problem } from "../http/problem.ts";
import type { Next, SentTask, Session } from "./session_schemas.ts";

/** Milliseconds after an invitation was taken in which it can be taken again: an answer may be lost on its way. */
const grace = 60_000;

/** Takes an invitation: once, but for the grace. All of it is one annotator's, however often it is taken. */
export function takeInvitation(access: Access, secret: string, now: number): InvitationRecord {
  const found = access.invitationOf(secret);
  if (!found) throw new Problem(404, "Expected an invitation but found none that is known: ask for a new link");
  if (found.used === undefined && found.expires <= now) {
    throw new Problem(410, "Expected an invitation of these days but found one that is over: ask for a new link");
  }
  access.take(found.id, now);
  if (now > access.invitation(found.id)!.used! + grace) { // whoever was first took it
    throw new Problem(410, "Expected a new invitation but found one that was taken before: ask for a new link");
  }
  return found;
}

/** What is said of a study that was dropped. */
export function ended(): Problem {
  return new Problem(410, "This comparison has ended");
}

/** What a session begins with. */
export async function sessionOf(study: OpenStudy, annotator: string): Promise<Session> {
  const instructions = await study.view(({ study }) => study.instructions);
  return { instructions, progress: await study.progress(annotator) };
}

/** A task, with the time that is left for it. */
export function sent({ id, prompt, left, right, until }: ShownTask, now: number): SentTask {
  return { id, prompt, left, right, seconds: secondsTo(until, now) };
}

/** What comes next. */
export function nextOf(next: NextOutcome, now: number): Next {
  if (next.outcome === "task") return { outcome: "task", task: sent(next.task, now) };
  return next.outcome === "wait" ? { outcome: "wait", seconds: secondsTo(next.until, now) } : next;
}

function secondsTo(until: number, now: number): number {
  return Math.max(0, Math.ceil((until - now) / 1000));
}

type Refused =
  | Exclude<VoteOutcome, { readonly outcome: "accepted" }>
  | Exclude<UndoOutcome, { readonly outcome: "undone" }>;

/** Why a vote does not count, or is not taken back. */
export function refusalOf(refused: Refused): Problem {
  if (refused.outcome === "conflict") {
    const { reason, current } = refused;
    return new Problem(409, reason, current && { more: { current } });
  }
  return refused.outcome === "taken"
    ? new Problem(410, "Expected a place among those who compare this pair but found all taken: go on with the next")
    : new Problem(404, "Expected something of yours but found nothing of this id: go on with the next task");
}
