/** Listens, until it is told to stop. */
import type { App } from "./app.ts";
import { Problem, problemResponse } from "./http/problem.ts";

/** Where to listen, and until when. */
export interface ServeOptions {
  /** The address to listen at. @default {"127.0.0.1"} */
  readonly host?: string;
  /** The port; 0 takes a free one. */
  readonly port: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Milliseconds that what is under way may take after that. @default {10000} */
  readonly grace?: number;
  /** Told when it listens. */
  readonly onListen?: (address: { readonly hostname: string; readonly port: number }) => void;
}

/**
 * Serves an app. When the signal fires, no new connection is taken, streams end, and what is under way is finished and answered,
 * as far as that does not take too long: who waits for a model that never answers is told to come again.
 *
 * @param app The app.
 * @param options Where, and until when.
 * @returns When everything is done.
 *
 * @example Usage
 * ```ts
 * import { createApp, openStore, serve } from "@tare/server";
 *
 * using store = openStore(":memory:");
 * const app = createApp({ store, origins: ["http://127.0.0.1:8377"] });
 * const stop = new AbortController();
 * await serve(app, { port: 0, signal: stop.signal, onListen: () => stop.abort() });
 * ```
 */
export async function serve(app: App, options: ServeOptions): Promise<void> {
  const { host = "127.0.0.1", port, signal, grace = 10_000, onListen } = options;
  const late = new AbortController();
  const server = Deno.serve(
    { hostname: host, port, onListen },
    (request, { remoteAddr }) =>
      unless(late.signal, app.fetch(request, { remoteAddr: "hostname" in remoteAddr ? remoteAddr : {} })),
  );
  await fired(signal);
  const done = Promise.all([app.close(), server.shutdown()]); // streams end, or they would hold the server open for ever
  const timer = setTimeout(() => late.abort(), grace);
  await Promise.race([done, fired(late.signal).then(told)]);
  clearTimeout(timer);
}

/** An answer, or where it comes too late a problem. */
function unless(late: AbortSignal, answer: Promise<Response>): Promise<Response> {
  return new Promise((resolve, reject) => {
    const closes = () => resolve(problemResponse(new Problem(503, closing, { headers: { "retry-after": "5" } }), ""));
    late.addEventListener("abort", closes);
    answer.then(resolve, reject).finally(() => late.removeEventListener("abort", closes));
  });
}

const closing = "Expected a server at work but it closes: ask again when it is back";

function fired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Waits until problems have been sent; who sends a question without an end is not waited for. */
function told(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 200));
}
