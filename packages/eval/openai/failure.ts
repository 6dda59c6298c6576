/** What a failed request says about further tries, in one sentence without secrets. */
import { APIConnectionTimeoutError, APIError } from "openai";
import { AskError, type FailureKind } from "../ask/ask.ts";

/** Who was asked. */
export interface Asked {
  /** The server and what stands behind it, without secrets. */
  readonly place: string;
  /** The model. */
  readonly model: string;
  /** Milliseconds that one try may take. */
  readonly timeout: number;
  /** Takes out of a text what no message may hold. */
  readonly shown: (text: string) => string;
}

/** What a status means. Others: 4xx is about the question, 5xx may pass. */
const statuses: Readonly<Record<number, readonly [kind: FailureKind, advice: string]>> = {
  401: ["fatal", "check the key"],
  402: ["fatal", "check the account"],
  403: ["fatal", "check the key"],
  404: ["fatal", "check the model's name and the address"],
  408: ["transient", "the server waited too long"],
  409: ["transient", "the server was busy with something else"],
  429: ["transient", "ask less at a time, or less often"],
};

/** Gateways say these when the server behind them is slow or breaks off: it may have answered, and be paid. */
const mayHaveCost = new Set([408, 502, 504, 520, 522, 524]);

/**
 * Puts a failure into a sentence, and says what it means.
 *
 * @param error What was thrown.
 * @param asked Who was asked.
 * @returns The error to throw; without a cause, which might hold secrets.
 */
export function failureOf(error: unknown, asked: Asked): AskError {
  const known = causeOf(error);
  if (known) return known;
  const { place, model, timeout } = asked;
  const about = `Cannot ask ${model} at ${place}`;
  const said = (text: string) => asked.shown(text).slice(0, 300);
  if (error instanceof APIConnectionTimeoutError) {
    return new AskError(
      `${about}: no answer within ${timeout} ms; give it more time, or ask less at a time`,
      "transient",
    );
  }
  if (error instanceof APIError && error.status) {
    const { status, headers, code } = error;
    const [kind, advice] = code === "insufficient_quota"
      ? ["fatal", "check the account"] as const
      : statuses[status] ?? (status < 500 ? ["question", "see what it says"] : ["transient", "look into its log"]);
    const wait = kind === "transient" && retryAfter(headers) || undefined; // 0 is no reason to come without a pause
    const message = `${about}: status ${said(error.message)}; ${advice}`;
    return new AskError(message, kind, wait, !mayHaveCost.has(status));
  }
  if (error instanceof APIError) {
    const root = rootOf(error);
    if (/NotCapable|PermissionDenied/.test(root.name)) {
      return new AskError(`${about}: ${said(root.message)}`, "fatal", undefined, true);
    }
    const unreached = /\(Connect\)|refused|ENOTFOUND|EAI_AGAIN/i.test(asked.shown(`${error.cause} ${root}`)); // no address says so
    const message = `${about}: no connection (${said(root.message)}); check that the server runs there`;
    return new AskError(message, "transient", undefined, unreached);
  }
  const why = error instanceof SyntaxError ? `its answer is no JSON (${said(error.message)})` : said(`${error}`);
  return new AskError(`${about}: ${why}`, "question");
}

/**
 * When a server wants to be asked again.
 *
 * @param headers Its answer's.
 * @param now Milliseconds since 1970.
 * @returns Milliseconds from now; nothing if it does not say.
 */
export function retryAfter(headers: Headers | undefined, now: number = Date.now()): number | undefined {
  const [exact, text] = [headers?.get("retry-after-ms"), headers?.get("retry-after")];
  const candidates = [
    exact ? Number(exact) : NaN,
    text ? Number(text) * 1000 : NaN,
    text ? Date.parse(text) - now : NaN,
  ];
  const wait = candidates.find(Number.isFinite);
  return wait === undefined ? undefined : Math.max(0, wait);
}

/** The failure that a request was ended with, which the client wraps. */
function causeOf(error: unknown): AskError | undefined {
  if (error instanceof AskError) return error;
  return error instanceof Error && error.cause ? causeOf(error.cause) : undefined;
}

/** The innermost cause. */
function rootOf(error: Error): Error {
  return error.cause instanceof Error ? rootOf(error.cause) : error;
}
