/** A server to ask: tries again, gives up in time, and says what went wrong without secrets. */
import OpenAI from "openai";
import { failureOf } from "./failure.ts";

/** Which server, and how patiently. */
export interface ServerOptions {
  /** The key, if the server wants one. It is in no message. */
  readonly apiKey?: string;
  /** Requests at a time. @default {8} */
  readonly concurrency?: number;
  /** Further tries of a request after 408, 409, 429, 5xx or a broken connection, with growing pauses. @default {4} */
  readonly retries?: number;
  /** Milliseconds that one try may take. @default {600000} */
  readonly timeout?: number;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** What {@linkcode openServer} opens. */
export interface Server {
  /** The address, without what it may hold of credentials and queries. */
  readonly place: string;
  /** Requests at a time. */
  readonly concurrency: number;
  /**
   * Posts JSON and reads the answer.
   *
   * @param path What is added to the address.
   * @param body What is asked.
   * @param read Checks the answer, and makes something of it.
   * @param signal Ends it.
   */
  post<T>(path: string, body: object, read: (answer: unknown) => T, signal?: AbortSignal): Promise<T>;
}

/** The words of messages. */
export interface ServerWords {
  /** The function whose options these are. */
  readonly of: string;
  /** The option that is the address, and an example of one. */
  readonly address: readonly [option: string, example: string];
  /** What is done, such as `sample from model "x"`. */
  readonly task: string;
  /** What to check where nothing is found. */
  readonly check: string;
}

/**
 * Opens a server. Nothing is asked yet. Texts and keys go to it alone: no redirect is followed, and nothing is taken from
 * environment variables.
 *
 * @param address The address.
 * @param options How to ask.
 * @param words What messages say.
 * @returns The server.
 * @throws {TypeError} If the address is none.
 * @throws {RangeError} If a number is out of its range.
 */
export function openServer(address: string, options: ServerOptions, words: ServerWords): Server {
  const { concurrency = 8, retries = 4, timeout = 600_000 } = options;
  const apiKey = options.apiKey?.trim(); // as files of keys end in a line break, and servers name them without
  for (
    const [name, value, least] of [["concurrency", concurrency, 1], ["retries", retries, 0], [
      "timeout",
      timeout,
      1,
    ]] as const
  ) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new RangeError(`Expected ${name} of ${words.of} to be an integer of ${least} or more but found ${value}`);
  }
  const url = urlOf(address, words.address);
  const { password: encoded, search } = url;
  const [username, password] = [decoded(url.username), decoded(encoded)];
  url.username = url.password = ""; // they go into a header: fetch takes no address that has them
  const basic = username || password ? `Basic ${base64(`${username}:${password}`)}` : undefined;
  const authorization = apiKey === undefined ? basic : `Bearer ${apiKey}`;
  const client = new OpenAI({
    ...{ baseURL: url.href, maxRetries: retries, timeout, logLevel: "off" },
    fetch: guarded(options.fetch ?? fetch, authorization === undefined ? {} : { authorization }),
    ...{ apiKey: "none", adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    dangerouslyAllowBrowser: true, // whose key it is decides where it may go
  });
  const place = `${url.origin}${url.pathname}`.replace(/\/$/, "");
  const secrets = [apiKey, search, encoded, password].filter((text) => text !== undefined);
  return {
    ...{ place, concurrency },
    async post(path, body, read, signal) {
      try {
        return read(await client.post(path, { body, signal }));
      } catch (error) {
        signal?.throwIfAborted();
        throw failureOf(error, { task: `${words.task} at ${place}${path}`, check: words.check, timeout, secrets });
      }
    },
  };
}

/**
 * A `fetch` that sends no other headers than these, such as those that the client takes from the environment, follows no
 * redirect, and takes answers whole: a connection that breaks within one is tried again like any other.
 */
function guarded(ask: typeof fetch, own: Readonly<Record<string, string>>): typeof fetch {
  return async (input, init) => {
    const { method, body, signal } = init ?? {};
    const sent = { accept: "application/json", "content-type": "application/json", ...own };
    const answer = await ask(input, { method, body, signal, redirect: "manual", headers: sent });
    const { status, statusText, headers } = answer;
    if (answer.type === "opaqueredirect") return new Response(null, { status: 307 }); // a page does not learn which
    if (!answer.body) return answer;
    return new Response(await answer.arrayBuffer(), { status, statusText, headers });
  };
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

function urlOf(text: string, [option, example]: ServerWords["address"]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  const plain = text.replace(/^(\w+:\/\/)?[^]*@/, "$1…@").replace(/[?#][^]*$/, "?…"); // credentials and queries are nobody's business
  throw new TypeError(`Expected ${option} to be an address such as ${example} but found "${plain}"`);
}
