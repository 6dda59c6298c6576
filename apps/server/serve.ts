/** Listens, until it is told to stop. */
import type { App } from "./app.ts";

/** Where to listen, and until when. */
export interface ServeOptions {
  /** The address to listen at. @default {"127.0.0.1"} */
  readonly host?: string;
  /** The port; 0 takes a free one. */
  readonly port: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Told when it listens. */
  readonly onListen?: (address: { readonly hostname: string; readonly port: number }) => void;
}

/**
 * Serves an app. When the signal fires, no new connection is taken, streams end, and what is under way is finished and answered.
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
export async function serve(app: App, { host = "127.0.0.1", port, signal, onListen }: ServeOptions): Promise<void> {
  const server = Deno.serve(
    { hostname: host, port, onListen },
    (request, { remoteAddr }) => app.fetch(request, { remoteAddr: "hostname" in remoteAddr ? remoteAddr : {} }),
  );
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const closed = app.close(); // ends streams, which would hold the server open for ever
  await server.shutdown();
  await closed;
}
