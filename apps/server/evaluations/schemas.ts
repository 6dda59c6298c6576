/** What evaluations look like on the wire. */
import { z } from "@hono/zod-openapi";
import type { ResponseRow } from "@tare/eval";
import type { EvaluationRecord } from "./store.ts";

const name = z.string().min(1).max(200);

/** A response of a policy. */
export const responseRow: z.ZodType<ResponseRow> = z.strictObject({
  policy: name.openapi({ description: "Name of the policy" }),
  promptId: name.openapi({ description: "Names the prompt" }),
  prompt: z.string().openapi({ description: "The rendered prompt" }),
  response: z.string().openapi({ description: "What the policy said" }),
}).openapi("Response");

/** What a new evaluation is made of. */
export interface NewEvaluation {
  /** What its owner calls it. */
  readonly name: string;
  /** Responses of two policies or more. */
  readonly responses: readonly ResponseRow[];
}

/** Its schema. */
export const newEvaluation: z.ZodType<NewEvaluation> = z.strictObject({
  name: name.openapi({ description: "What its owner calls it; no two have one name" }),
  responses: z.array(responseRow).min(1).openapi({ description: "Responses of two policies or more" }),
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
