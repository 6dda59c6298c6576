/** Tokens over HTTP: given out, listed, revoked. */
import { z } from "@hono/zod-openapi";
import type { Api, Deps } from "../http/deps.ts";
import { Problem } from "../http/problem.ts";
import { jsonAnswer, jsonBody, route } from "../http/route.ts";
import { newToken, tokenRecord } from "./schemas.ts";

const list = route(["admin"], {
  method: "get",
  path: "/v1/tokens",
  summary: "List tokens, the oldest first, without their secrets",
  responses: { 200: jsonAnswer(z.strictObject({ tokens: z.array(tokenRecord) }), "All that are not revoked") },
});

const make = route(["admin"], {
  method: "post",
  path: "/v1/tokens",
  summary: "Make a token; its secret is told here and never again",
  request: { body: jsonBody(newToken) },
  responses: { 201: jsonAnswer(z.strictObject({ id: z.string(), secret: z.string() }), "The token") },
});

const revoke = route(["admin"], {
  method: "delete",
  path: "/v1/tokens/{id}",
  summary: "Revoke a token; browsers that signed in by it are signed out",
  request: { params: z.strictObject({ id: z.string() }) },
  responses: { 204: { description: "It is revoked" } },
}, { 404: "No token of this id", 409: "The last token of an admin" });

/** Adds the routes of tokens. */
export function tokenRoutes(api: Api, { store: { access }, clock }: Deps): void {
  api.openapi(list, (c) => c.json({ tokens: [...access.tokens()] }, 200));
  api.openapi(make, (c) => c.json(access.addToken({ ...c.req.valid("json"), created: clock() }), 201));
  api.openapi(revoke, (c) => {
    const { id } = c.req.valid("param");
    const tokens = access.tokens();
    const found = tokens.find((token) => token.id === id);
    if (!found) throw new Problem(404, "Expected a token but found none of this id");
    if (found.role === "admin" && tokens.filter(({ role }) => role === "admin").length === 1) {
      throw new Problem(409, "Expected another admin's token to stay but found this one alone: make another first");
    }
    access.revokeToken(id);
    return c.body(null, 204);
  });
}
