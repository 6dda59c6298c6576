/** A line of JSON for each request: enough to find out what happened, and no secret. */
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import { keyOf } from "../access/principal.ts";
import type { Env } from "./env.ts";

/** What is logged. */
export interface LogEntry {
  /** When, as ISO 8601. */
  readonly time: string;
  /** What it is: `request`, or another event of the server. */
  readonly event: string;
  /** The rest, by name. */
  readonly [field: string]: unknown;
}

/** Takes entries. */
export type Log = (entry: LogEntry) => void;

/** Logs what failed here: `about` says in which request, or what else it was about. */
export type LogError = (error: unknown, about?: Readonly<Record<string, string>>) => void;

/** Makes what logs errors. Whom they met is told no more than that the log says it. */
export function errorLog(log: Log, now: () => number): LogError {
  return (error, about) => {
    const message = error instanceof Error ? error.stack ?? error.message : `${error}`;
    log({ time: new Date(now()).toISOString(), event: "error", ...about, message });
  };
}

/** The path of a request as it may be known: without query, and without what may be a key, however it is written. */
export function shownPath(url: string): string {
  const { pathname } = new URL(url);
  return decoded(decoded(pathname)) // who writes it twice encoded finds nothing, but has sent it
    .replace(/^\/+r\/+[^/]*/i, "/r/…")
    .replace(/[\w-]{40,}/g, "…") // a secret in the wrong place
    .replace(/[^!-~…]/g, "?")
    .slice(0, 200);
}

function decoded(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, code) => String.fromCharCode(parseInt(code, 16)));
}

/** Gives each request an id, and logs it when it is answered. */
export function logged(log: Log, now: () => number): MiddlewareHandler<Env> {
  return createMiddleware<Env>(async (c, next) => {
    const start = performance.now();
    c.set("request", crypto.randomUUID());
    c.set("principal", { role: "anyone" });
    await next();
    log({
      ...{ time: new Date(now()).toISOString(), event: "request", request: c.var.request },
      ...{ method: c.req.method.slice(0, 20), path: shownPath(c.req.url), status: c.res.status },
      ...{ ms: Math.round(10 * (performance.now() - start)) / 10, by: keyOf(c.var.principal, "") },
    });
  });
}
