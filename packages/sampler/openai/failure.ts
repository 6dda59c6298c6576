/** What went wrong with a request, in one sentence without secrets. */
import { APIConnectionTimeoutError, APIError } from "openai";

/** What was asked of whom. */
export interface Asked {
  /** What could not be done where, in words. */
  readonly task: string;
  /** What to check where nothing is found. */
  readonly check: string;
  readonly timeout: number;
  /** What no message may hold. */
  readonly secrets: readonly string[];
}

/** What to do about a status. */
const advice: Readonly<Record<number, string>> = {
  400: "see what it says about the request",
  401: "check apiKey",
  403: "check apiKey",
  429: "lower concurrency or raise retries",
};

/**
 * Puts a failure into a sentence.
 *
 * @param error What was thrown.
 * @param asked Whom was asked.
 * @returns The error to throw; without a cause, which might hold the key.
 */
export function failureOf(error: unknown, asked: Asked): Error {
  return new Error(`Cannot ${asked.task}: ${wordsOf(error, asked).slice(0, 400)}`);
}

function wordsOf(error: unknown, { check, timeout, secrets }: Asked): string {
  // Cut after secrets are out: half a secret would not be found.
  const said = ({ message }: { message: string }) =>
    secrets.filter(Boolean).reduce((text, secret) => text.replaceAll(secret, "…"), message).replace(/\s+/g, " ");
  if (error instanceof APIConnectionTimeoutError) return `no answer within ${timeout} ms; raise timeout`;
  if (error instanceof APIError && error.status) {
    const words = error.status === 404 ? `check ${check}` : advice[error.status] ?? otherwise(error.status);
    return `status ${said(error).slice(0, 300)}; ${words}`;
  }
  if (error instanceof APIError) return `no connection (${said(rootOf(error))}); check that the server runs there`;
  if (error instanceof SyntaxError) return `its answer is no JSON (${said(error)})`;
  return said(error instanceof Error ? error : { message: `${error}` });
}

/** What to do about any other status. */
const otherwise = (status: number) =>
  status >= 300 && status < 400
    ? "it sends to another address, which is not asked: give that one if it is right"
    : "look into the server's log";

/** The innermost cause. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
