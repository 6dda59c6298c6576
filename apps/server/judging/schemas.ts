/** What judges, judgements and jobs look like on the wire. */
import { z } from "@hono/zod-openapi";
import type { Spent } from "@tare/eval";
import type { JudgeAbout } from "../options.ts";
import type { JobRecord } from "./store.ts";

const name = z.string().min(1).max(200);
const text = z.string().max(1_000_000);
const count = z.int().min(0);

/** A judge, as it is shown. */
export interface JudgeRecord extends JudgeAbout {
  /** What requests call it. */
  readonly name: string;
  /** What stands in its verdicts: model, template and settings. */
  readonly id: string;
  /** What it has spent since the server started. */
  readonly spent?: Spent;
}

const spent: z.ZodType<Spent> = z.strictObject({
  tries: count.openapi({ description: "Requests, those that failed included" }),
  answers: count.openapi({ description: "Tries that were answered" }),
  failures: count.openapi({ description: "Tries that were not" }),
  input: count.openapi({ description: "Tokens of questions, as far as servers said so" }),
  output: count.openapi({ description: "Tokens of answers, as far as servers said so" }),
  unknown: count.openapi({ description: "Tries whose cost nobody said" }),
  remembered: count.openapi({ description: "Answers that took no request" }),
}).openapi("Spent");

/** Its schema. */
export const judgeRecord: z.ZodType<JudgeRecord> = z.strictObject({
  name: z.string().openapi({ description: "What requests call it" }),
  id: z.string().openapi({ description: "What stands in its verdicts: model, template and settings" }),
  model: z.string().optional(),
  host: z.string().optional().openapi({ description: "Name of its server" }),
  template: z.string().optional().openapi({ description: "What it is asked" }),
  orders: z.enum(["both", "one"]).optional().openapi({ description: "Orders of the responses in which it is asked" }),
  panel: z.array(z.string()).optional().openapi({ description: "Judges whose majority it is" }),
  spent: spent.optional().openapi({ description: "Since the server started" }),
}).openapi("Judge");

/** What a judge is asked about. */
export interface NewJudgement {
  /** Name of the judge. */
  readonly judge: string;
  /** The rendered prompt. */
  readonly prompt: string;
  /** One response. */
  readonly a: string;
  /** The other. */
  readonly b: string;
  /** Names the prompt. */
  readonly promptId?: string;
}

/** Its schema. Who asks chooses a judge, and nothing of what it is: no address, no model, no key. */
export const newJudgement: z.ZodType<NewJudgement> = z.strictObject({
  judge: name.openapi({ description: "Name of a judge of the server" }),
  prompt: text.openapi({ description: "The rendered prompt" }),
  a: text.openapi({ description: "One response" }),
  b: text.openapi({ description: "The other" }),
  promptId: name.optional().openapi({ description: "Names the prompt" }),
}).openapi("NewJudgement");

/** What a job is asked to do. */
export interface NewJobBody {
  /** Name of the judge. */
  readonly judge: string;
  /** Pairs of policies; every two of them without this. */
  readonly pairs?: readonly (readonly [string, string])[];
  /** How many prompts of each pair; all of them without this. */
  readonly prompts?: number;
  /** Draws the prompts; without it they are the first ones. */
  readonly seed?: number;
}

/** Its schema. */
export const newJob: z.ZodType<NewJobBody> = z.strictObject({
  judge: name.openapi({ description: "Name of a judge of the server" }),
  pairs: z.array(z.tuple([name, name])).min(1).max(10_000).optional().openapi({
    description: "Pairs of policies; every two of them without this",
  }),
  prompts: z.int().min(1).optional().openapi({
    description: "How many prompts of each pair; all of them without this",
  }),
  seed: z.int().min(0).optional().openapi({ description: "Draws the prompts; without it they are the first ones" }),
}).openapi("NewJob");

/** A job. */
export const jobRecord: z.ZodType<JobRecord> = z.strictObject({
  id: z.string(),
  evaluation: z.string().openapi({ description: "Id of the evaluation" }),
  judge: z.strictObject({ name: z.string(), id: z.string() }).openapi({
    description: "What requests call the judge, and the id that stands in its verdicts",
  }),
  state: z.enum(["queued", "running", "done", "failed", "cancelled"]),
  total: count.openapi({ description: "Comparisons that it asks for" }),
  done: count.openapi({ description: "Those that have a verdict, earlier ones included" }),
  invalid: count.openapi({ description: "Comparisons of this job that came to no decision" }),
  created: z.int().openapi({ description: "Milliseconds since 1970" }),
  finished: z.int().optional().openapi({ description: "Milliseconds since 1970" }),
  failure: z.string().optional().openapi({ description: "Why it failed or was cancelled, in a sentence" }),
}).openapi("Job");
