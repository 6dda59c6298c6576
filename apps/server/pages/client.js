// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** How a page talks to the server: JSON both ways, and again until there is an answer. */

/**
 * What the server answered. What is not JSON came from something in between, and is no answer.
 *
 * @typedef {object} Reply
 * @property {number} status Of HTTP.
 * @property {unknown} body What it says; nothing for an empty answer.
 * @property {number} [seconds] How long it asks to wait.
 */

/** Milliseconds after which a request counts as lost. */
const patience = 20_000;

/** Seconds of the longest pause between two tries that the page chooses by itself. */
const longestPause = 30;

/**
 * Sends one request.
 *
 * @param {string} method Of HTTP.
 * @param {string} path On this server.
 * @param {unknown} [body] What to say, as JSON.
 * @returns {Promise<Reply>} The answer; rejects if none came.
 */
export async function send(method, path, body) {
  const signal = AbortSignal.timeout(patience);
  /** @type {RequestInit} */
  const init = { method, signal, cache: "no-store", credentials: "same-origin", redirect: "error" };
  if (body !== undefined) {
    init.headers = { "content-type": "application/json" };
    init.body = JSON.stringify(body);
  }
  const response = await fetch(path, init);
  const text = await response.text();
  const seconds = Number(response.headers.get("retry-after") ?? NaN);
  const reply = { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  return Number.isFinite(seconds) ? { ...reply, seconds } : reply;
}

/**
 * Sends a request again and again until the server has answered it, with growing pauses. Only for what may come twice.
 *
 * @param {() => Promise<Reply>} request Sends it.
 * @param {(seconds: number, asked: boolean) => void} [waiting] Hears of each pause, and whether the server asked for it.
 * @param {(seconds: number, asked: boolean) => Promise<void>} [pause] Waits.
 * @returns {Promise<Reply>} The answer: anything but "not now".
 */
export async function insist(request, waiting = () => {}, pause = sleep) {
  for (let tries = 0;; tries++) {
    const reply = await request().catch(() => undefined);
    const later = !reply || reply.status === 408 || reply.status === 429 || reply.status >= 500;
    if (!later) return reply;
    const own = Math.min(longestPause, 0.5 * 2 ** tries) * (1 + Math.random() / 4);
    const asked = reply?.seconds !== undefined;
    const seconds = asked ? Math.max(0.5, reply.seconds ?? 0) : own;
    waiting(seconds, asked);
    await pause(seconds, asked);
  }
}

/**
 * Waits; not any longer than the network is away, unless the server asked for it.
 *
 * @param {number} seconds How long.
 * @param {boolean} asked Whether the server asked for it.
 * @returns {Promise<void>}
 */
function sleep(seconds, asked) {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener("online", over);
      resolve();
    };
    const timer = setTimeout(over, seconds * 1_000);
    if (!asked) addEventListener("online", over);
  });
}

/**
 * The sentence in which the server says what is wrong.
 *
 * @param {Reply} reply Its answer.
 * @returns {string} The sentence.
 */
export function detailOf({ status, body }) {
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : undefined;
  return typeof detail === "string" ? detail : `The server answered ${status}.`;
}
