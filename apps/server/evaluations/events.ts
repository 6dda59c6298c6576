/** Evaluations as they change, as events of a stream (SSE). */
import { z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import { keyOf } from "../access/principal.ts";
import type { Api, Deps } from "../http/deps.ts";
import { Problem } from "../http/problem.ts";
import { route } from "../http/route.ts";
import type { ResultsKeeper } from "./results.ts";
import { existing } from "./routes.ts";
import { params } from "./schemas.ts";
import { watch } from "./watch.ts";

/** Streams that one principal may have at once. */
const mostStreams = 12;

/** Milliseconds between two questions for the version. */
const every = 1_000;

/** Questions without a change after which a comment shows that the stream lives. */
const quiet = 15;

const events = route(["admin"], {
  method: "get",
  path: "/v1/evaluations/{id}/events",
  summary: "Hear when an evaluation has changed",
  description:
    "Server-sent events: `changed` with the version as its id when there are new verdicts or votes, once a " +
    "second at most, and `deleted` when the evaluation is gone. Results of that version are to be fetched.",
  request: {
    params,
    headers: z.object({ "last-event-id": z.string().optional().openapi({ description: "The version that is known" }) }),
  },
  responses: {
    200: { description: "Events", content: { "text/event-stream": { schema: z.string() } } },
  },
});

/** Adds the stream. */
export function eventRoutes(api: Api, { store, closing }: Deps, { version }: ResultsKeeper): void {
  const open = new Map<string, number>();
  const count = (key: string, change: number) => {
    const now = (open.get(key) ?? 0) + change;
    if (now > 0) open.set(key, now);
    else open.delete(key);
  };
  api.openapi(events, (c) => {
    const { id } = c.req.valid("param");
    existing(store.evaluations, id);
    const { principal } = c.var;
    const key = keyOf(principal, "");
    if ((open.get(key) ?? 0) >= mostStreams) {
      throw new Problem(429, `Expected ${mostStreams} streams or fewer but found one more: close another`, {
        headers: { "retry-after": "30" },
      });
    }
    const left = new AbortController();
    const signal = AbortSignal.any([closing, c.req.raw.signal, left.signal]);
    const may = () => !("token" in principal) || store.access.token(principal.token) !== undefined;
    count(key, 1);
    const response = streamSSE(c, async (stream) => {
      stream.onAbort(() => left.abort());
      let silent = 0;
      try {
        const known = c.req.valid("header")["last-event-id"];
        for await (const now of watch({ version: () => version(id), every, signal, known })) {
          if (!may()) return; // the token was revoked meanwhile
          if (now !== undefined) await stream.writeSSE({ event: "changed", id: now, data: now });
          else if (++silent % quiet === 0) await stream.write(":\n\n");
        }
        if (!signal.aborted) await stream.writeSSE({ event: "deleted", data: "" });
      } finally {
        count(key, -1);
      }
    });
    return response as never;
  });
}
