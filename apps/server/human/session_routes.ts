/** What annotators may ask. Who they are is what their cookie says, never what they send. */
import { z } from "@hono/zod-openapi";
import type { OpenStudy } from "@tare/eval/human";
import type { Principal } from "../access/principal.ts";
import type { Api, Deps } from "../http/deps.ts";
import { Problem, telling } from "../http/problem.ts";
import { jsonAnswer, jsonBody, route } from "../http/route.ts";
import { ended, nextOf, refusalOf, sent, sessionOf, takeInvitation } from "./session.ts";
import { ballot, next, ownProgress, ownVote, sentTask, session } from "./session_schemas.ts";

const begin = route(["anyone"], {
  method: "post",
  path: "/v1/session",
  summary: "Take an invitation: a cookie takes its place",
  request: { body: jsonBody(z.strictObject({ invitation: z.string().max(100) })) },
  responses: { 201: jsonAnswer(session, "The session") },
}, { 404: "No such invitation", 410: "It was taken before or is over, or the study has ended" });

const resume = route(["annotator"], {
  method: "get",
  path: "/v1/session",
  summary: "Go on with a session",
  responses: { 200: jsonAnswer(session, "The session") },
}, { 410: "The study has ended" });

const leave = route(["annotator"], {
  method: "delete",
  path: "/v1/session",
  summary: "Sign out",
  responses: { 204: { description: "The cookie is gone" } },
});

const ask = route(["annotator"], {
  method: "post",
  path: "/v1/session/next",
  summary: "Get a task: the one that is held, or another",
  responses: { 200: jsonAnswer(next, "A task, none for a while, or none for good") },
}, { 410: "The study has ended" });

const vote = route(["annotator"], {
  method: "post",
  path: "/v1/session/votes",
  summary: "Vote; sent again, a vote is the same vote",
  request: { body: jsonBody(ballot) },
  responses: { 200: jsonAnswer(z.strictObject({ vote: ownVote, progress: ownProgress }), "The vote counts") },
}, {
  404: "No task of theirs",
  409:
    "It revises another vote than the one that stands, or its id is another vote's: `current` is the one that stands",
  410: "Others have taken the place, or the study has ended",
  422: "No vote",
});

const undo = route(["annotator"], {
  method: "delete",
  path: "/v1/session/votes/{id}",
  summary: "Take back the last vote",
  request: { params: z.strictObject({ id: z.string() }) },
  responses: {
    200: jsonAnswer(
      z.strictObject({ vote: ownVote, task: sentTask, progress: ownProgress }),
      "The vote that counts no more, and its task",
    ),
  },
}, {
  404: "No vote of theirs",
  409: "Not their last vote: `current` is the last one",
  410: "The study has ended",
  422: "No id of a vote",
});

/** Adds the routes of annotators. */
export function sessionRoutes(api: Api, { store, studies, cookies, changes, clock }: Deps): void {
  /** Does something in a study; one that is dropped meanwhile says so. */
  async function within<T>(id: string, work: (study: OpenStudy) => Promise<T>): Promise<T> {
    try {
      const study = await studies.open(id);
      if (!study) throw ended();
      return await work(study);
    } catch (error) {
      throw error instanceof Problem || await store.studies.find(id) ? error : ended();
    }
  }

  api.openapi(begin, async (c) => {
    const { id, study, annotator } = takeInvitation(store.access, c.req.valid("json").invitation, clock());
    const begun = await within(study, (study) => sessionOf(study, annotator));
    await cookies.write(c, "annotator", id);
    return c.json(begun, 201);
  });
  api.openapi(resume, async (c) => {
    const { study, annotator } = annotatorOf(c.var.principal);
    return c.json(await within(study, (study) => sessionOf(study, annotator)), 200);
  });
  api.openapi(leave, (c) => {
    cookies.clear(c, "annotator");
    return c.body(null, 204);
  });
  api.openapi(ask, async (c) => {
    const { study, annotator } = annotatorOf(c.var.principal);
    return c.json(nextOf(await within(study, (study) => study.next(annotator)), clock()), 200);
  });
  api.openapi(vote, async (c) => {
    const { study: id, annotator } = annotatorOf(c.var.principal);
    const answer = await within(id, async (study) => {
      const cast = await telling(() => study.vote(annotator, c.req.valid("json")));
      if (cast.outcome !== "accepted") throw refusalOf(cast);
      return { vote: cast.vote, progress: await study.progress(annotator) };
    });
    changes.tell(id);
    return c.json(answer, 200);
  });
  api.openapi(undo, async (c) => {
    const { study: id, annotator } = annotatorOf(c.var.principal);
    const answer = await within(id, async (study) => {
      const back = await telling(() => study.undo(annotator, c.req.valid("param").id));
      if (back.outcome !== "undone") throw refusalOf(back);
      return { vote: back.vote, task: sent(back.task, clock()), progress: await study.progress(annotator) };
    });
    changes.tell(id);
    return c.json(answer, 200);
  });
}

/** The annotator of a request that was let in as one. */
function annotatorOf(principal: Principal): Extract<Principal, { role: "annotator" }> {
  if (principal.role === "annotator") return principal;
  throw new Error(`Expected an annotator but found ${principal.role}`);
}
