/** Names under which the server may be asked: others are somebody's trick to reach it by (DNS rebinding). */
import { createMiddleware } from "hono/factory";
import type { MiddlewareHandler } from "hono";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";

/**
 * Refuses requests to other hosts than those of the app's own addresses.
 *
 * @param origins Addresses of the app, such as `http://127.0.0.1:8377`.
 */
export function hosts(origins: readonly string[]): MiddlewareHandler<Env> {
  const names = new Set(origins.map((origin) => new URL(origin).host));
  return createMiddleware<Env>(async (c, next) => {
    const host = (c.req.header("host") ?? new URL(c.req.url).host).toLowerCase();
    if (!names.has(host)) {
      throw new Problem(
        421,
        `Expected a host of this server but found ${JSON.stringify(host.slice(0, 80))}: start it with --url`,
      );
    }
    await next();
  });
}
