/** What evaluations look like on the wire. */
import { z } from "@hono/zod-openapi";
import type { ResponseRow, VerdictRow } from "@tare/eval";
import type { EvaluationRecord } from "./store.ts";

/** A name as studies know names: 1 to 200 characters, none that controls a terminal, no half of one. */
export const name: z.ZodString = z.string()
  // deno-lint-ignore no-control-regex -- these are what it refuses
  .regex(/^[^\x00-\x1f\x7f-\x9f]{1,200}$/, "Expected a name of 1 to 200 characters, none of them a control character")
  .refine((text) => text.isWellFormed(), "Expected a name of whole characters but found half of one");

/** A response of a policy. */
export const responseRow: z.ZodType<ResponseRow> = z.strictObject({
  policy: name.openapi({ description: "Name of the policy" }),
  promptId: name.openapi({ description: "Names the prompt" }),
  prompt: z.string().openapi({ description: "The rendered prompt" }),
  response: z.string().openapi({ description: "What the policy said" }),
}).openapi("Response");

const winner = z.enum(["a", "b", "tie", "invalid"]);

const game = z.strictObject({
  first: z.enum(["a", "b"]).openapi({ description: "Which response stood first" }),
  winner,
  reason: z.string().optional(),
  rationale: z.string().optional().openapi({ description: "The judge's own words" }),
});

/** What a verdict says beside who won. */
const evidence = {
  games: z.array(game).optional().openapi({ description: "Both orders of the responses" }),
  members: z.record(z.string(), winner).optional().openapi({ description: "What each member of a panel decided" }),
};

const about = {
  judge: name.openapi({ description: "Id of the judge" }),
  promptId: name,
  a: name.openapi({ description: "Name of one policy" }),
  b: name.openapi({ description: "Name of the other" }),
};

/** A verdict of a judge. */
export const verdictRow: z.ZodType<VerdictRow> = z.discriminatedUnion("winner", [
  z.strictObject({ ...about, winner: z.enum(["a", "b", "tie"]), ...evidence }),
  z.strictObject({ ...about, winner: z.literal("invalid"), reason: z.string(), ...evidence }),
]).openapi("VerdictRow");

/** What a new evaluation is made of: responses in the request, or files of them that the server has. */
export interface NewEvaluation {
  /** What its owner calls it. */
  readonly name: string;
  /** Responses of two policies or more. */
  readonly responses?: readonly ResponseRow[];
  /** Names of files in the folder of responses. */
  readonly files?: readonly string[];
  /** Verdicts that judges gave before. */
  readonly verdicts?: readonly VerdictRow[];
}

/** Its schema. */
export const newEvaluation: z.ZodType<NewEvaluation> = z.strictObject({
  name: name.openapi({ description: "What its owner calls it; no two have one name" }),
  responses: z.array(responseRow).min(1).optional().openapi({ description: "Responses of two policies or more" }),
  files: z.array(z.string()).min(1).max(100).optional().openapi({
    description: "In place of responses: names of JSON Lines files in the server's folder of responses",
    example: ["ppo.jsonl", "sft.jsonl"],
  }),
  verdicts: z.array(verdictRow).optional().openapi({ description: "Verdicts that judges gave before" }),
}).openapi("NewEvaluation");

/** An evaluation without its rows. */
export const evaluationRecord: z.ZodType<EvaluationRecord> = z.strictObject({
  id: z.string(),
  name: z.string(),
  created: z.int().openapi({ description: "Milliseconds since 1970" }),
  policies: z.array(z.string()),
  prompts: z.int(),
  verdicts: z.int().openapi({ description: "Verdicts of judges; people's votes are in the study" }),
  version: z.int().openapi({ description: "Grows with every verdict" }),
}).openapi("Evaluation");

/** The id in an address. */
export const params: z.ZodObject<{ id: z.ZodString }> = z.strictObject({
  id: z.string().openapi({ description: "Id of the evaluation" }),
});
