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
      const message = `Expected an answer from ${place} but it sends to another address: give that one if it is right`;
      throw new AskError(message, "question", undefined, true);
    }
    const body = await wholeBody(answer, place, init?.signal);
    return new Response(body.length > 0 ? body : null, { status, statusText, headers: answer.headers });
  };
}

/** Reads a body to its end. What headers say about its length is not believed: it may be chunked, or compressed. */
async function wholeBody(
  answer: Response,
  place: string,
  signal?: AbortSignal | null,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = answer.body?.getReader(); // no iterator, which takes longer
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (let part = await reader?.read(); part?.value && length <= mostBytes; part = await reader?.read()) {
      length += part.value.length;
      parts.push(part.value);
    }
  } catch {
    signal?.throwIfAborted();
    throw new AskError(`Expected an answer from ${place} but it broke off after ${length} bytes`, "transient");
  }
  if (length > mostBytes) {
    reader?.cancel().catch(() => {});
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
