/** What evaluations look like on the wire. */
import { z } from "@hono/zod-openapi";
import type { Game, ResponseRow, Verdict, VerdictRow } from "@tare/eval";
import { givenName as name } from "../access/schemas.ts";
import type { EvaluationRecord } from "./store.ts";

/** A response of a policy. */
export const responseRow: z.ZodType<ResponseRow> = z.strictObject({
  policy: name.openapi({ description: "Name of the policy" }),
  promptId: name.openapi({ description: "Names the prompt" }),
  prompt: z.string().openapi({ description: "The rendered prompt" }),
  response: z.string().openapi({ description: "What the policy said" }),
}).openapi("Response");

const winner = z.enum(["a", "b", "tie", "invalid"]);

const game: z.ZodType<Game> = z.strictObject({
  first: z.enum(["a", "b"]).openapi({ description: "Which response stood first" }),
  winner,
  reason: z.string().optional().openapi({ description: "Why there is no decision" }),
  rationale: z.string().optional().openapi({ description: "The judge's own words" }),
}).openapi("Game");

const evidence = {
  games: z.array(game).optional().openapi({ description: "Both orders of the responses" }),
  members: z.record(z.string(), winner).optional().openapi({ description: "What members of a panel decided, by id" }),
};

/** What a judge decided about two responses. */
export const verdict: z.ZodType<Verdict> = z.union([
  z.strictObject({ winner: z.enum(["a", "b", "tie"]), ...evidence }),
  z.strictObject({ winner: z.literal("invalid"), reason: z.string(), ...evidence }),
]).openapi("Verdict");

const about = {
  judge: name.openapi({ description: "Id of the judge" }),
  promptId: name,
  a: name.openapi({ description: "Name of one policy" }),
  b: name.openapi({ description: "Name of the other" }),
};

/** A verdict, and what it is about. */
const verdictRow: z.ZodType<VerdictRow> = z.discriminatedUnion("winner", [
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
