/** Evaluations as they change, as events of a stream (SSE). */
import type { Api, Deps } from "../http/deps.ts";
import type { ServerEvent } from "../http/events.ts";
import { eventsAnswer, lastEvent, route, unchecked } from "../http/route.ts";
import { existing } from "./existing.ts";
import { params } from "./schemas.ts";

const events = route(["admin"], {
  method: "get",
  path: "/v1/evaluations/{id}/events",
  summary: "Hear when an evaluation has changed: events `changed`, once a second at most, and a last one `deleted`",
  description: "Its data are the version of the results. The id says the same, and how far jobs are.",
  request: { params, headers: lastEvent },
  responses: { 200: eventsAnswer },
}, { 404: "No evaluation of this id", 429: "Too many streams at a time" });

/** Adds the stream. */
export function eventRoutes(api: Api, deps: Deps): void {
  const { store, stream, results, changes } = deps;

  /** What is told apart: the version of the results, and how many jobs wait, run and have ended. */
  async function stateOf(id: string): Promise<{ readonly version: string; readonly key: string } | undefined> {
    const found = await results.version(id);
    if (found === undefined) return undefined;
    const states = store.jobs.list(id).map(({ state }) => state === "queued" ? 0 : state === "running" ? 1 : 2);
    const count = (state: number) => states.filter((it) => it === state).length;
    return { version: found, key: states.length === 0 ? found : `${found}~${[0, 1, 2].map(count)}` };
  }

  async function* eventsOf(
    id: string,
    last: string | undefined,
    may: () => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<ServerEvent> {
    for (let sent = last; !signal.aborted && may();) {
      const changed = changes.next(id, signal); // before looking, so that no change comes in between
      const state = await stateOf(id);
      if (state === undefined) return yield { event: "deleted", data: {} };
      if (state.key !== sent) {
        yield { id: sent = state.key, event: "changed", data: { version: state.version } };
      }
      await changed;
      await pause(1_000, signal); // a hundred votes are one event
    }
  }

  api.openapi(events, (c) => {
    const { id } = existing(store.evaluations, c.req.valid("param").id);
    const { principal } = c.var;
    const may = () => !("token" in principal) || store.access.token(principal.token) !== undefined; // not revoked
    const last = c.req.valid("header")["last-event-id"];
    return unchecked(stream(c, (signal) => eventsOf(id, last, may, signal)));
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
