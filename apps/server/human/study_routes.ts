/** Studies over HTTP, for admins: made of an evaluation's responses, watched, dropped. */
import { z } from "@hono/zod-openapi";
import { annotatorQuality, checkStudy, type OpenStudy, type Study, studyProgress, studyTasks } from "@tare/eval/human";
import type { ResponseRow } from "@tare/eval";
import { newSecret } from "../access/secrets.ts";
import { existing } from "../evaluations/existing.ts";
import { params } from "../evaluations/schemas.ts";
import type { Api, Deps } from "../http/deps.ts";
import { Problem, telling } from "../http/problem.ts";
import { jsonAnswer, jsonBody, route } from "../http/route.ts";
import { type NewStudy, newStudy, type StudyView, studyView } from "./study_schemas.ts";
import { dropStudy, type Studies } from "./studies.ts";

const path = "/v1/evaluations/{id}/study";

const make = route(["admin"], {
  method: "post",
  path,
  summary: "Make a study: people compare an evaluation's responses",
  request: { params, body: jsonBody(newStudy) },
  responses: { 201: jsonAnswer(studyView, "The study") },
}, {
  404: "No evaluation of this id",
  409: "There is a study of it",
  422: "Responses that such a study cannot be made of",
});

const look = route(["admin"], {
  method: "get",
  path,
  summary: "Look at a study: how far it is, and how much its annotators can be relied upon",
  responses: { 200: jsonAnswer(studyView, "The study") },
  request: { params },
}, { 404: "No evaluation of this id, or no study of it" });

const confirm = z.string().optional().openapi({ description: "The name of the evaluation" });

const drop = route(["admin"], {
  method: "delete",
  path,
  summary: "Drop a study with all its votes and invitations",
  request: { params, query: z.strictObject({ confirm }) },
  responses: { 204: { description: "It is gone" } },
}, { 404: "No evaluation of this id, or no study of it", 409: "The name of the evaluation is not confirmed" });

/** Adds the routes of studies. */
export function studyRoutes(api: Api, { store, studies, changes }: Deps): void {
  const { evaluations } = store;
  api.openapi(make, async (c) => {
    const { id } = existing(evaluations, c.req.valid("param").id);
    const { responses } = evaluations.rows(id);
    const study = await telling(() => studyOf(id, responses, c.req.valid("json")));
    if (!await store.studies.create(study)) {
      throw new Problem(409, "Expected an evaluation without a study but found one: drop it to begin anew");
    }
    changes.tell(id);
    return c.json(await viewOf(await existingStudy(studies, id)), 201);
  });
  api.openapi(look, async (c) => {
    const { id } = existing(evaluations, c.req.valid("param").id);
    return c.json(await viewOf(await existingStudy(studies, id)), 200);
  });
  api.openapi(drop, async (c) => {
    const { id, name } = existing(evaluations, c.req.valid("param").id);
    const votes = await (await existingStudy(studies, id)).view(({ votes }) =>
      votes.reduce((n, { size }) => n + size, 0)
    );
    if (c.req.valid("query").confirm !== name.toWellFormed()) { // an address holds whole characters only
      throw new Problem(
        409,
        `Expected confirm= and the name of the evaluation, for ${votes} votes would go: export the study before`,
      );
    }
    await dropStudy({ store, studies }, id);
    changes.tell(id);
    return c.body(null, 204);
  });
}

/** The study of an evaluation; a problem if there is none. */
export async function existingStudy(studies: Studies, id: string): Promise<OpenStudy> {
  const study = await studies.open(id);
  if (!study) throw new Problem(404, `Expected a study but found none of this evaluation: make it by POST ${path}`);
  return study;
}

/** Makes the study; a RangeError says why it cannot be made. */
function studyOf(name: string, responses: readonly ResponseRow[], wanted: NewStudy): Study {
  const { instructions, overlap, leaseMinutes, leastDwell, goldShare = wanted.gold ? 0.1 : 0, ...options } = wanted;
  return checkStudy({
    ...{ name, instructions, overlap, leastDwell, goldShare, secret: newSecret() },
    lease: Math.ceil(60_000 * leaseMinutes),
    tasks: studyTasks(responses, options),
  });
}

function viewOf(study: OpenStudy): Promise<StudyView> {
  return study.view((state, now) => {
    const { instructions, overlap, lease, goldShare, leastDwell, tasks } = state.study;
    return {
      ...{ instructions, overlap, leaseMinutes: lease / 60_000, goldShare, leastDwell },
      checks: tasks.filter(({ gold }) => gold !== undefined).length,
      progress: studyProgress(state, now),
      annotators: annotatorQuality(state),
    };
  });
}
