/** Evaluations over HTTP: made, listed, looked at, dropped. */
import { z } from "@hono/zod-openapi";
import { givenName } from "../access/schemas.ts";
import { dropStudy } from "../human/studies.ts";
import type { Api, Deps } from "../http/deps.ts";
import { Problem, telling } from "../http/problem.ts";
import { jsonAnswer, route } from "../http/route.ts";
import { readers } from "./create.ts";
import { existing } from "./existing.ts";
import { evaluationRecord, newEvaluation, params } from "./schemas.ts";

// The library takes JSON Lines for JSON: their schemas stand in the document alone, and bodies are read by hand.
const lines = {
  schema: { type: "string" as const, description: "A response a line, as tare eval compare writes them" },
};

const create = route(["admin", "judge"], {
  method: "post",
  path: "/v1/evaluations",
  summary: "Make an evaluation of two or more sets of responses",
  description:
    "As JSON with responses or names of files, or as JSON Lines of responses with the name in the address. " +
    "Everything is checked before anything is kept: two policies or more, one response of each to a prompt, one text " +
    "for each prompt, and a prompt that two of them responded to.",
  request: {
    query: z.strictObject({ name: givenName.optional().openapi({ description: "What to call it, for JSON Lines" }) }),
    body: {
      required: true,
      content: {
        "application/json": { schema: { $ref: "#/components/schemas/NewEvaluation" } },
        "application/jsonl": lines,
        "application/x-ndjson": lines,
      },
    },
  },
  responses: { 201: jsonAnswer(evaluationRecord, "The evaluation") },
}, { 409: "An evaluation of this name is there", 415: "A body of another type", 422: "Rows that make no evaluation" });

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
  request: { params },
  responses: { 200: jsonAnswer(evaluationRecord, "The evaluation") },
}, { 404: "No evaluation of this id" });

const remove = route(["admin"], {
  method: "delete",
  path: "/v1/evaluations/{id}",
  summary: "Drop an evaluation with its verdicts, jobs, study, votes and invitations",
  request: { params },
  responses: { 204: { description: "It is gone" } },
}, { 404: "No evaluation of this id" });

/** Adds the routes of evaluations. */
export function evaluationRoutes(api: Api, deps: Deps): void {
  const { store: { evaluations, files }, clock, limits } = deps;

  api.openAPIRegistry.register("NewEvaluation", newEvaluation);
  api.openapi(create, async (c) => {
    const type = (c.req.header("content-type") ?? "none").split(";")[0]!.trim().toLowerCase();
    const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
    if (!read) {
      throw new Problem(415, `Expected a body of ${Object.keys(readers).join(" or ")} but found ${type.slice(0, 80)}`);
    }
    const body = new Uint8Array(await c.req.arrayBuffer());
    const { name, rows } = await telling(() => read(body, c.req.valid("query").name, { files, bytes: limits.bytes }));
    const id = crypto.randomUUID();
    if (!evaluations.create({ id, name, created: clock() }, rows)) {
      throw new Problem(409, `Expected a new name but found an evaluation called ${name}: take another name`);
    }
    return c.json(existing(evaluations, id), 201);
  });
  api.openapi(list, (c) => c.json({ evaluations: [...evaluations.list()] }, 200));
  api.openapi(find, (c) => c.json(existing(evaluations, c.req.valid("param").id), 200));
  api.openapi(remove, async (c) => {
    const { id } = existing(evaluations, c.req.valid("param").id);
    await dropStudy(deps, id); // first: who is killed in between finds the evaluation, and drops it again
    evaluations.remove(id);
    deps.changes.tell(id);
    return c.body(null, 204);
  });
}
