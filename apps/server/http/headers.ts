/** Headers of every answer. */
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { Env } from "./env.ts";
import { contentSecurityPolicy } from "./policy.ts";

/** Sets them; nothing of the server is kept by caches, unless an answer says so. */
export function headers(): MiddlewareHandler<Env> {
  return createMiddleware<Env>(async (c, next) => {
    await next();
    const set = (name: string, value: string) => c.res.headers.set(name, value);
    set("content-security-policy", contentSecurityPolicy);
    set("x-content-type-options", "nosniff");
    set("referrer-policy", "no-referrer");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("x-request-id", c.var.request);
    if (!c.res.headers.has("cache-control")) set("cache-control", "no-store");
  });
}
