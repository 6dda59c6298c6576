/** Bodies of bounded size and shape, that come in bounded time. */
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { Role } from "../access/principal.ts";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";
import { type Shape, tooMuch } from "./shape.ts";

/** How much, and for how long. */
export interface BodyLimits {
  /** Most bytes of a body. */
  readonly bytes: number;
  /** Milliseconds in which all of it has to come. */
  readonly milliseconds: number;
}

/** Most bytes from who has nothing long to say: people, and whoever shows no token. */
const few = 64 * 2 ** 10;
const brief: ReadonlySet<Role> = new Set<Role>(["anyone", "annotator"]);

/** What bodies are parsed. No answer of ours takes more, and what is more would hold everybody up. */
const shape: Shape = { depth: 32, values: 1_000_000 };

/** How many of the longest bodies may be held at a time. */
const together = 4;

/** Methods that the platform makes no request of. */
const forbidden: readonly string[] = ["CONNECT", "TRACE", "TRACK"];

/** Reads bodies whole, before anything else is done; what a client says of the length is not relied upon. */
export function bodies({ bytes, milliseconds }: BodyLimits): MiddlewareHandler<Env> {
  let held = 0;
  return createMiddleware<Env>(async (c, next) => {
    const { raw, method } = c.req;
    if (forbidden.includes(method)) throw new Problem(405, "Expected a method such as GET or POST but found another");
    if (!raw.body) return await next();
    const short = brief.has(c.var.principal.role);
    const most = short ? Math.min(few, bytes) : bytes;
    const tooLong = () =>
      new Problem(
        413,
        `Expected a body of ${most} bytes or less ${short ? "from who shows no token " : ""}but found a longer one: ` +
          (short ? "send less, or a token" : "send it in parts"),
      );
    if (Number(c.req.header("content-length") ?? 0) > most) throw tooLong();
    let own = 0;
    const take = (length: number) => {
      own += length;
      held += length;
      if (own > most) throw tooLong();
      if (held <= together * bytes) return;
      throw new Problem(503, "Expected fewer long bodies at a time but found many: try again later", {
        headers: { "retry-after": "5" },
      });
    };
    try {
      const body = await read(raw.body, milliseconds, take);
      const found = tooMuch(body, shape);
      if (found) throw new Problem(422, `Expected a body of bounded shape but found ${found}: send it in parts`);
      c.req.raw = new Request(raw.url, { method, headers: raw.headers, body, signal: raw.signal });
      await next();
    } finally {
      held -= own;
    }
  });
}

async function read(
  body: ReadableStream<Uint8Array>,
  milliseconds: number,
  take: (length: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const found = `Expected the whole body within ${milliseconds / 1000} s but found only part of it`;
    timer = setTimeout(() => reject(new Problem(408, found)), milliseconds);
  });
  try {
    const parts: Uint8Array[] = [];
    while (true) {
      const { done, value } = await Promise.race([reader.read().catch(brokenOff), late]);
      if (done) break;
      take(value.length);
      parts.push(value);
    }
    return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  } catch (error) {
    reader.cancel().catch(() => {}); // the client may be gone
    throw error instanceof Problem
      ? error
      : new Problem(400, "Expected the whole body but it broke off: send it again");
  } finally {
    clearTimeout(timer);
  }
}

/** The client is gone, or sent what is no body of HTTP: nothing went wrong here. */
function brokenOff(): never {
  throw new Problem(400, "Expected the whole body but it broke off");
}
