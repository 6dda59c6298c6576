/** Streams of events that a server sends (SSE). */
import type { Context } from "hono";
import { keyOf } from "../access/principal.ts";
import type { Env } from "./env.ts";
import type { LogError } from "./log.ts";
import { type Bounds, slots } from "./slots.ts";

/** An event. */
export interface ServerEvent {
  /** By which a client that was cut off says what it had last. One line; without one the client keeps the last it had. */
  readonly id?: string;
  /** What happened. One line. */
  readonly event: string;
  /** More about it, as JSON. */
  readonly data: unknown;
}

/**
 * Answers a request with a stream. The source is asked for the next event when the client has room for it, so that nothing piles
 * up for who is slow. It is told by the signal that nobody listens any more, and then has to end.
 *
 * @throws {Problem} With status 429 if the principal, or all together, have too many.
 */
export type OpenStream = (c: Context<Env>, source: (signal: AbortSignal) => AsyncIterable<ServerEvent>) => Response;

/** How streams are kept. */
export interface StreamOptions {
  /** How many there may be at a time. */
  readonly bounds: Bounds;
  /** Milliseconds after which a comment shows that the connection lives. */
  readonly heartbeat: number;
  /** Ends all. */
  readonly closing: AbortSignal;
  /** Hears of sources that fail; the stream breaks off, and the client comes back. */
  readonly logError: LogError;
}

/** Makes what opens streams. */
export function streams({ bounds, heartbeat, closing, logError }: StreamOptions): OpenStream {
  const take = slots("streams of events", bounds);
  return (c, source) => {
    const leave = take(keyOf(c.var.principal, c.env?.remoteAddr?.hostname ?? ""));
    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, closing]);
    const events = source(stop)[Symbol.asyncIterator]();
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const beat = () => (controller.desiredSize ?? 0) > 0 && controller.enqueue(encoder.encode(":\n\n"));
        const timer = setInterval(beat, heartbeat);
        const end = () => {
          clearInterval(timer);
          leave();
          events.return?.().catch(() => {}); // what it holds is let go, wherever it stands
          try {
            controller.close();
          } catch { /* the client has left, or the source failed */ }
        };
        if (stop.aborted) end();
        else stop.addEventListener("abort", end, { once: true });
      },
      async pull(controller) {
        try {
          const { done, value } = await events.next();
          if (done) over.abort();
          else if (!stop.aborted) controller.enqueue(encoder.encode(textOf(value)));
        } catch (error) {
          if (stop.aborted) return;
          logError(error, { request: c.var.request });
          controller.error(error);
          over.abort();
        }
      },
      cancel: () => over.abort(),
    });
    return new Response(body, { headers: { "content-type": "text/event-stream", "x-accel-buffering": "no" } });
  };
}

/** An event as it is sent. JSON has no line breaks but between texts, and here none at all. */
function textOf({ id, event, data }: ServerEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
