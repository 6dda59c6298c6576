/** Evaluations over HTTP: made, listed, looked at, dropped. */
import { z } from "@hono/zod-openapi";
import type { Api, Deps } from "../http/deps.ts";
import { Problem } from "../http/problem.ts";
import { jsonAnswer, jsonBody, route } from "../http/route.ts";
import { evaluationRecord, newEvaluation } from "./schemas.ts";
import type { EvaluationRecord, Evaluations } from "./store.ts";

const create = route(["admin", "judge"], {
  method: "post",
  path: "/v1/evaluations",
  summary: "Make an evaluation of two or more sets of responses",
  request: { body: jsonBody(newEvaluation) },
  responses: { 201: jsonAnswer(evaluationRecord, "The evaluation") },
});

const list = route(["admin", "judge"], {
  method: "get",
  path: "/v1/evaluations",
  summary: "List evaluations, the latest first",
  responses: { 200: jsonAnswer(z.strictObject({ evaluations: z.array(evaluationRecord) }), "All evaluations") },
});

const find = route(["admin", "judge"], {
  method: "get",
  path: "/v1/evaluations/{id}",
  summary: "Look at an evaluation",
  request: { params: z.strictObject({ id: z.string() }) },
  responses: { 200: jsonAnswer(evaluationRecord, "The evaluation") },
});

/** Adds the routes of evaluations. */
export function evaluationRoutes(api: Api, { store, clock }: Deps): void {
  const { evaluations } = store;
  api.openapi(create, (c) => {
    const { name, responses } = c.req.valid("json");
    const id = crypto.randomUUID();
    if (!evaluations.create({ id, name, created: clock() }, { responses, verdicts: [] })) {
      throw new Problem(409, `Expected a new name but found an evaluation called ${name}: take another name`);
    }
    return c.json(existing(evaluations, id), 201);
  });
  api.openapi(list, (c) => c.json({ evaluations: [...evaluations.list()] }, 200));
  api.openapi(find, (c) => c.json(existing(evaluations, c.req.valid("param").id), 200));
}

/** The evaluation of an id; a problem if there is none. */
export function existing(evaluations: Evaluations, id: string): EvaluationRecord {
  const found = evaluations.find(id);
  if (!found) throw new Problem(404, "Expected an evaluation but found none of this id");
  return found;
}
