/** Invitations over HTTP, for admins: links that annotators sign in by. */
import { z } from "@hono/zod-openapi";
import { existing } from "../evaluations/existing.ts";
import { params } from "../evaluations/schemas.ts";
import type { Api, Deps } from "../http/deps.ts";
import { Problem } from "../http/problem.ts";
import { jsonAnswer, jsonBody, route } from "../http/route.ts";
import { invitation, newInvitations, sentInvitation } from "./invitation_schemas.ts";
import { existingStudy } from "./study_routes.ts";

const path = "/v1/evaluations/{id}/invitations";

const invite = route(["admin"], {
  method: "post",
  path,
  summary: "Invite annotators: a link for each, which works once and is told here and never again",
  request: { params, body: jsonBody(newInvitations) },
  responses: { 201: jsonAnswer(z.strictObject({ invitations: z.array(invitation) }), "Their links") },
}, { 404: "No evaluation of this id, or no study of it" });

const list = route(["admin"], {
  method: "get",
  path,
  summary: "List invitations, the oldest first, without their links",
  request: { params },
  responses: { 200: jsonAnswer(z.strictObject({ invitations: z.array(sentInvitation) }), "All that are not revoked") },
}, { 404: "No evaluation of this id" });

const revoke = route(["admin"], {
  method: "delete",
  path: "/v1/invitations/{id}",
  summary: "Revoke an invitation: its link works no more, and who took it is signed out; their votes stay",
  request: { params },
  responses: { 204: { description: "It is revoked" } },
}, { 404: "No invitation of this id" });

/** Milliseconds. */
const day = 24 * 3600 * 1000;

/** Adds the routes of invitations. */
export function invitationRoutes(api: Api, { store: { access, evaluations }, studies, clock, origins }: Deps): void {
  api.openapi(invite, async (c) => {
    const { id: study } = existing(evaluations, c.req.valid("param").id);
    const { annotators, count = 0, days } = c.req.valid("json");
    const voting = await (await existingStudy(studies, study)).view(({ annotators }) => [...annotators.keys()]);
    const taken = [...voting, ...access.invitations(study).map(({ annotator }) => annotator)];
    const created = clock();
    const expires = created + Math.ceil(days * day);
    const names = annotators ?? freeNames(count, new Set(taken));
    const made = access.inviteAll(names.map((annotator) => ({ study, annotator, created, expires })));
    const invitations = made.map(({ id, secret }, i) => {
      return { id, annotator: names[i]!, url: `${new URL("/annotate", origins[0])}#${secret}`, expires };
    });
    return c.json({ invitations }, 201);
  });
  api.openapi(list, (c) => {
    const { id } = existing(evaluations, c.req.valid("param").id);
    return c.json({ invitations: access.invitations(id).map(({ study: _, ...rest }) => rest) }, 200);
  });
  api.openapi(revoke, (c) => {
    if (!access.revokeInvitation(c.req.valid("param").id)) {
      throw new Problem(404, "Expected an invitation but found none of this id");
    }
    return c.body(null, 204);
  });
}

/** The first names of a row that nobody has. Who voted and was sent away keeps theirs: their votes are nobody else's. */
function freeNames(count: number, taken: ReadonlySet<string>): string[] {
  const row = Array.from({ length: count + taken.size }, (_, i) => `annotator-${i + 1}`);
  return row.filter((name) => !taken.has(name)).slice(0, count);
}
