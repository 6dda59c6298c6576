/** Language models behind OpenAI's protocol. */
import OpenAI from "openai";
import { APIError } from "openai";
import { type Ask, AskError, askOf } from "../ask/ask.ts";
import { canonicalJson } from "../ask/key.ts";
import { answerOf } from "./answer.ts";
import { afterRefusal, bodyOf, type Dialect } from "./dialect.ts";
import { failureOf } from "./failure.ts";
import { guardedFetch } from "./fetch.ts";
import { shownWithout } from "./shown.ts";

/** Whom {@linkcode openaiAsk} asks, and how. */
export interface OpenaiAskOptions extends Partial<Dialect> {
  /** The server's name of the model. */
  readonly model: string;
  /** Where the server's paths begin. @default {"https://api.openai.com/v1"} */
  readonly baseURL?: string;
  /** The key, if the server wants one; space around it is none of it. It is in no message. */
  readonly apiKey?: string;
  /** Milliseconds that a try may take, its answer's last byte included. @default {120000} */
  readonly timeout?: number;
  /** More fields of each request, such as `{ reasoning_effort: "low" }`. They are part of the id. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/**
 * Asks a model behind `POST /chat/completions`, at OpenAI or any server that speaks its protocol. One question is one request:
 * trying again, limits and memory are for {@linkcode metered}.
 *
 * Servers differ in what they understand. When one refuses the JSON schema, the temperature or the name of the token limit, the
 * try fails, free and to be repeated at once, and questions are put without from then on.
 *
 * Nothing is taken from environment variables, no redirect is followed, and of an answer up to 4 MiB are read.
 *
 * @param options Whom to ask.
 * @returns The function; its id names model and server, without credentials and query.
 * @throws {TypeError} If `baseURL` is no address, `apiKey` cannot be sent, or `extraBody` holds a field that is set here.
 * @throws {RangeError} If `timeout` is no integer from 1 to 2³¹ − 1.
 *
 * @example With a stand-in for the server
 * ```ts
 * import { metered } from "@tare/eval";
 * import { openaiAsk } from "@tare/eval/openai";
 * import { assertEquals } from "@std/assert";
 *
 * const choices = [{ message: { content: "A" }, finish_reason: "stop" }];
 * const usage = { prompt_tokens: 7, completion_tokens: 1 };
 * const ask = metered(openaiAsk({
 *   model: "judge",
 *   baseURL: "http://127.0.0.1:8000/v1",
 *   fetch: () => Promise.resolve(Response.json({ choices, usage })),
 * }));
 * const { text } = await ask({ messages: [{ role: "user", content: "A or B?" }], maxTokens: 1, temperature: 0 });
 * assertEquals([text, ask.id, ask.spent().input], ["A", "judge at http://127.0.0.1:8000/v1", 7]);
 * ```
 */
export function openaiAsk(options: OpenaiAskOptions): Ask {
  const { model, baseURL = "https://api.openai.com/v1", timeout = 120_000, extraBody = {} } = options;
  const apiKey = options.apiKey?.trim(); // as files of keys end in a line break, and servers name them without
  if (apiKey !== undefined && !/^[ -~]*$/.test(apiKey)) {
    throw new TypeError("Expected apiKey to be printable ASCII but found other characters: copy it again");
  }
  if (!(Number.isInteger(timeout) && timeout >= 1 && timeout < 2 ** 31)) { // timers that are set to more fire at once
    throw new RangeError(`Expected timeout to be an integer of 1 to ${2 ** 31 - 1} milliseconds but found ${timeout}`);
  }
  const url = urlOf(baseURL);
  const place = `${url.origin}${url.pathname}`.replace(/\/$/, "");
  const { schema = true, temperature = true } = options;
  const { tokenLimit = url.hostname === "api.openai.com" ? "max_completion_tokens" : "max_tokens" } = options;
  const first: Dialect = { schema, temperature, tokenLimit };
  refuseClashes(extraBody);

  const [username, password] = [decoded(url.username), decoded(url.password)];
  const basic = username || password ? base64(`${username}:${password}`) : undefined;
  const authorization = apiKey !== undefined ? `Bearer ${apiKey}` : basic && `Basic ${basic}`;
  const client = new OpenAI({
    baseURL: place,
    defaultQuery: Object.fromEntries(url.searchParams),
    fetch: guardedFetch(options.fetch ?? fetch, authorization ? { authorization } : {}, place),
    ...{ apiKey: "none", adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    ...{ maxRetries: 0, timeout, logLevel: "off" },
    dangerouslyAllowBrowser: true, // whose key it is decides where it may go
  });
  const query = url.search.slice(1).split("&").map((part) => part.slice(part.indexOf("=") + 1));
  const shown = shownWithout([
    ...[apiKey ?? "", basic ?? "", url.username, username, url.password, password],
    ...[...query, ...url.searchParams.values()],
  ]);
  const extra = Object.keys(extraBody).length > 0 ? ` with ${canonicalJson(extraBody)}` : "";
  const asked = { place, model, timeout, shown };
  let dialect = first;

  return askOf(`${model} at ${place}${extra}`, async (question, { signal }) => {
    signal?.throwIfAborted();
    const spoken = dialect;
    try {
      const body = { ...bodyOf(question, model, spoken), ...extraBody };
      return answerOf(await client.post("/chat/completions", { body, signal }), `${model} at ${place}`, shown);
    } catch (error) {
      signal?.throwIfAborted();
      const failure = failureOf(error, asked);
      const refused = error instanceof APIError && (error.status === 400 || error.status === 422);
      // Further on it may repeat the request, with words of the judged texts.
      const next = refused ? afterRefusal(`${error.param} ${error.message}`.slice(0, 300), spoken, first) : undefined;
      if (!next) throw failure;
      if (dialect === spoken) dialect = next; // else somebody else has learned it meanwhile
      throw new AskError(`${failure.message}; from now on it is asked otherwise`, "transient", 0, true);
    }
  });
}

function refuseClashes(extraBody: Readonly<Record<string, unknown>>): void {
  const own = [
    "model",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "response_format",
    "stream",
    "n",
  ];
  const clash = own.find((name) => name in extraBody);
  if (clash) throw new TypeError(`Expected extraBody to hold further fields but found ${clash}, which is set already`);
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  const plain = text.replace(/^(\w+:\/\/)?[^]*@/, "$1…@").replace(/[?#][^]*$/, "?…"); // credentials and queries are nobody's business
  throw new TypeError(`Expected baseURL to be an address such as http://127.0.0.1:8000/v1 but found "${plain}"`);
}

/** A part of an address without its escapes; one that spells no text stands as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Credentials are UTF-8, as browsers send them. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
