/** What went wrong with a request, in one sentence without secrets. */
import { APIConnectionTimeoutError, APIError } from "openai";

/** Whom was asked. */
export interface Asked {
  readonly url: URL;
  readonly model: string;
  readonly timeout: number;
  /** What no message may hold. */
  readonly secret?: string;
}

/** What to do about a status. */
const advice: Readonly<Record<number, string>> = {
  400: "see what it says about the request",
  401: "check apiKey",
  403: "check apiKey",
  404: "check baseUrl, which often ends in /v1, and model",
  429: "lower concurrency or raise retries",
};

/**
 * Puts a failure into a sentence.
 *
 * @param error What was thrown.
 * @param asked Whom was asked.
 * @returns The error to throw; without a cause, which might hold the key.
 */
export function failureOf(error: unknown, { url, model, timeout, secret }: Asked): Error {
  const where = `${url.origin}${url.pathname}`.replace(/\/$/, "");
  const said = wordsOf(error, timeout).replace(/\s+/g, " ").slice(0, 400);
  const words = secret ? said.replaceAll(secret, "…") : said;
  return new Error(`Cannot sample from model "${model}" at ${where}/completions: ${words}`);
}

function wordsOf(error: unknown, timeout: number): string {
  if (error instanceof APIConnectionTimeoutError) return `no answer within ${timeout} ms; raise timeout`;
  if (error instanceof APIError && error.status) {
    return `status ${error.message.slice(0, 300)}; ${advice[error.status] ?? "look into the server's log"}`;
  }
  if (error instanceof APIError) return `no connection (${rootOf(error)}); check that the server runs there`;
  return error instanceof Error ? error.message : `${error}`;
}

/** The message of the innermost cause. */
function rootOf(error: Error): string {
  return error.cause instanceof Error ? rootOf(error.cause) : error.message;
}
