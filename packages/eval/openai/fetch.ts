/** Requests that send nothing to anybody else, and read no more than was meant. */
import { AskError } from "../ask/ask.ts";

/** Most bytes of an answer. A long judgment has some ten thousand. */
const mostBytes = 4 * 2 ** 20;

/**
 * A `fetch` for a server that may be hostile: it follows no redirect, takes answers whole and up to 4 MiB, and sends the given
 * headers and no others, such as those that clients take from the environment.
 *
 * @param ask Instead of the global `fetch`.
 * @param headers What is sent beside the body's type.
 * @param place Who is asked, for messages.
 * @returns The function.
 */
export function guardedFetch(
  ask: typeof fetch,
  headers: Readonly<Record<string, string>>,
  place: string,
): typeof fetch {
  return async (input, init) => {
    const answer = await ask(input, {
      method: init?.method,
      body: init?.body,
      signal: init?.signal,
      redirect: "manual",
      headers: { "accept": "application/json", "content-type": "application/json", ...headers },
    });
    const { status, statusText, type } = answer;
    if (type === "opaqueredirect" || status >= 300 && status < 400) {
      await answer.body?.cancel();
      const message =
        `Expected an answer from ${place} but it sends to another address: give that one as baseURL if it is right`;
      throw new AskError(message, "question", undefined, true);
    }
    const body = await wholeBody(answer, place, init?.signal);
    return new Response(body.length > 0 ? body : null, { status, statusText, headers: answer.headers });
  };
}

/** Whether a body says that it is short, and cannot be more: as it is sent, not compressed. */
function isShort(headers: Headers): boolean {
  const length = headers.get("content-length");
  return length !== null && Number(length) <= mostBytes && headers.get("content-encoding") === null;
}

async function wholeBody(
  answer: Response,
  place: string,
  signal?: AbortSignal | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    if (isShort(answer.headers)) return new Uint8Array(await answer.arrayBuffer()); // much quicker than part by part
    for await (const part of answer.body ?? []) {
      length += part.length;
      if (length > mostBytes) break; // which cancels the rest
      parts.push(part);
    }
  } catch {
    signal?.throwIfAborted();
    throw new AskError(`Expected an answer from ${place} but it broke off after ${length} bytes`, "transient");
  }
  if (length > mostBytes) {
    throw new AskError(`Expected an answer of up to ${mostBytes} bytes from ${place} but found more`, "question");
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
