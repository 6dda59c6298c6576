/** An admin's browser signs in by a token, and out again. */
import { z } from "@hono/zod-openapi";
import type { Api, Deps } from "../http/deps.ts";
import { Problem } from "../http/problem.ts";
import { jsonBody, route } from "../http/route.ts";

const signIn = route(["anyone"], {
  method: "post",
  path: "/v1/login",
  summary: "Sign a browser in by an admin's token: a cookie takes its place",
  request: { body: jsonBody(z.strictObject({ token: z.string().max(200) })) },
  responses: { 204: { description: "It is signed in" } },
}, { 401: "No admin's token" });

const signOut = route(["anyone"], {
  method: "delete",
  path: "/v1/login",
  summary: "Sign a browser out",
  responses: { 204: { description: "It is signed out" } },
});

/** Adds the routes of signing in. Guessing is slow: who is nobody yet may ask only so often. */
export function loginRoutes(api: Api, { store: { access }, cookies }: Deps): void {
  api.openapi(signIn, async (c) => {
    const token = access.tokenOf(c.req.valid("json").token);
    if (token?.role !== "admin") {
      throw new Problem(401, "Expected an admin's token but found another text", {
        headers: { "www-authenticate": "Bearer" },
      });
    }
    await cookies.write(c, "admin", token.id);
    return c.body(null, 204);
  });
  api.openapi(signOut, (c) => {
    cookies.clear(c, "admin");
    return c.body(null, 204);
  });
}
