/** Bodies of bounded size, that come in bounded time. */
import type { MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { Env } from "./env.ts";
import { Problem } from "./problem.ts";

/** How much, and for how long. */
export interface BodyLimits {
  /** Most bytes of a body. */
  readonly bytes: number;
  /** Milliseconds in which all of it has to come. */
  readonly milliseconds: number;
}

/** Reads bodies whole, before anything else is done; what a client says of the length is not relied upon. */
export function bodies(limits: BodyLimits): MiddlewareHandler<Env> {
  return createMiddleware<Env>(async (c, next) => {
    const { raw } = c.req;
    if (raw.body) {
      if (Number(c.req.header("content-length") ?? 0) > limits.bytes) throw tooLarge(limits);
      const bytes = await read(raw.body, limits);
      c.req.raw = new Request(raw.url, { method: raw.method, headers: raw.headers, body: bytes, signal: raw.signal });
    }
    await next();
  });
}

async function read(body: ReadableStream<Uint8Array>, limits: BodyLimits): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let late: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    late = setTimeout(() => {
      reject(
        new Problem(408, `Expected the whole body within ${limits.milliseconds / 1000} s but found only part of it`),
      );
    }, limits.milliseconds);
  });
  try {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (true) {
      const { done, value } = await Promise.race([reader.read(), deadline]);
      if (done) break;
      if ((length += value.length) > limits.bytes) throw tooLarge(limits);
      parts.push(value);
    }
    return new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer());
  } catch (error) {
    reader.cancel().catch(() => {}); // the client may be gone
    throw error instanceof Problem
      ? error
      : new Problem(400, "Expected the whole body but it broke off: send it again");
  } finally {
    clearTimeout(late);
  }
}

function tooLarge({ bytes }: BodyLimits): Problem {
  return new Problem(413, `Expected a body of ${bytes} bytes or less but found a longer one: send it in parts`);
}
