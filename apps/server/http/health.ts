/** Whether the server lives, and whether it can do its work. */
import { z } from "@hono/zod-openapi";
import type { Api, Deps } from "./deps.ts";
import { Problem } from "./problem.ts";
import { jsonAnswer, route } from "./route.ts";

const status = z.strictObject({ status: z.literal("ok") });

const alive = route(["anyone"], {
  method: "get",
  path: "/healthz",
  summary: "Whether the server lives",
  responses: { 200: jsonAnswer(status, "It does") },
});

const ready = route(["anyone"], {
  method: "get",
  path: "/readyz",
  summary: "Whether the server can do its work: its files can be read, its models answer, and it is not about to close",
  responses: { 200: jsonAnswer(status, "It can") },
}, { 503: "It cannot, as the sentence says" });

/** Adds the routes of health. */
export function healthRoutes(api: Api, { store, score, sample, closing }: Deps): void {
  api.openapi(alive, (c) => c.json({ status: "ok" } as const, 200));
  api.openapi(ready, (c) => {
    if (closing.aborted) throw new Problem(503, "Expected a server at work but it is about to close");
    if (score?.failure !== undefined || sample?.failure !== undefined) { // which names folders: nobody's business
      throw new Problem(503, "Expected models that answer but the thread of one has ended: start the server again");
    }
    store.access.tokens(); // throws if the file cannot be read
    return c.json({ status: "ok" } as const, 200);
  });
}
