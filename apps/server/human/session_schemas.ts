/** What an annotator's page and the server say to each other. Nothing here can hold the name of a policy, a prompt or a study. */
import { z } from "@hono/zod-openapi";
import type { Ballot, OwnProgress, OwnVote } from "@tare/eval/human";

const id = z.string().max(100);
const choice = z.enum(["left", "right", "tie", "bad", "skip"]);

/** A vote of the annotator's own. */
export const ownVote: z.ZodType<OwnVote> = z.strictObject({
  id: z.string(),
  revision: z.int().openapi({ description: "How many votes they have cast on this task, with this one" }),
  choice,
  comment: z.string().optional(),
}).openapi("OwnVote");

/** How far the annotator is. */
export const ownProgress: z.ZodType<OwnProgress> = z.strictObject({
  votes: z.int().openapi({ description: "How many votes of theirs stand" }),
  left: z.int().openapi({ description: "How many tasks are left for them" }),
  last: ownVote.optional().openapi({ description: "The vote that can be taken back" }),
}).openapi("OwnProgress");

/** What a session begins with. */
export interface Session {
  /** What to do. */
  readonly instructions: string;
  /** How far the annotator is. */
  readonly progress: OwnProgress;
}

/** Its schema. */
export const session: z.ZodType<Session> = z.strictObject({ instructions: z.string(), progress: ownProgress })
  .openapi("Session");

/** A task, as an annotator gets it. */
export interface SentTask {
  /** What to vote with. */
  readonly id: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** The response on the left. */
  readonly left: string;
  /** The response on the right. */
  readonly right: string;
  /** For how long it is held. */
  readonly seconds: number;
}

const seconds = z.int().min(0);

/** Its schema. */
export const sentTask: z.ZodType<SentTask> = z.strictObject({
  id: z.string(),
  prompt: z.string(),
  left: z.string(),
  right: z.string(),
  seconds: seconds.openapi({ description: "For how long it is held" }),
}).openapi("Task");

/** What comes next: a task, none for a while, or none for good. */
export type Next =
  | { readonly outcome: "task"; readonly task: SentTask }
  | { readonly outcome: "wait"; readonly seconds: number }
  | { readonly outcome: "done" };

/** Its schema. */
export const next: z.ZodType<Next> = z.discriminatedUnion("outcome", [
  z.strictObject({ outcome: z.literal("task"), task: sentTask }),
  z.strictObject({ outcome: z.literal("wait"), seconds }),
  z.strictObject({ outcome: z.literal("done") }),
]).openapi("Next");

/** A vote as the page sends it. */
export const ballot: z.ZodType<Ballot> = z.strictObject({
  id: id.openapi({ description: "A UUID, made once: sent again, it is the same vote" }),
  task: id.openapi({ description: "Id of the task" }),
  choice,
  comment: z.string().max(2_000).optional(),
  dwell: z.int().min(0).optional().openapi({ description: "Milliseconds for which the task was seen" }),
  revises: z.int().min(1).optional().openapi({ description: "Revision of the vote that this one takes the place of" }),
}).openapi("Ballot");
