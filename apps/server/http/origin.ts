/** Whose pages may change anything: the app's own. */
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { byCookie } from "../access/principal.ts";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";

/**
 * Refuses what other sites' pages send: everything that changes something, whatever its content type. Programs send no origin;
 * where a cookie says who asks, it was a browser, and its word is needed.
 *
 * @param origins Addresses of the app.
 */
export function ownPages(origins: readonly string[]): MiddlewareHandler<Env> {
  return createMiddleware<Env>(async (c, next) => {
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      const [origin, site] = [c.req.header("origin"), c.req.header("sec-fetch-site")];
      const own = origin !== undefined && origins.includes(origin);
      const foreign = origin !== undefined && !own || site !== undefined && site !== "same-origin" && site !== "none";
      if (foreign || byCookie(c.var.principal) && !own && site !== "same-origin") {
        throw new Problem(403, "Expected a request of this server's own pages but found one of another site");
      }
    }
    await next();
  });
}
