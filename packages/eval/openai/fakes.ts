/** A judge's server that behaves badly on demand: OpenAI's protocol over a real socket, with a log of its own. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Cost } from "../ask/spent.ts";

/** What a server was asked, as far as it looks. */
export interface AskedBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly [field: string]: unknown;
}

/** What a server does with a request. */
export type Behaviour =
  | "answer" // what `reply` says
  | "silent" // the same, without saying what it cost
  | "garbage" // words that are no verdict
  | "letters" // a verdict for a letter that was never offered
  | "refusal"
  | "filter"
  | "cut" // the answer ends in the middle
  | "busy" // 429 with Retry-After
  | "error" // 500
  | "half" // the body breaks off
  | "hang" // no answer at all
  | "redirect" // 307 to `elsewhere`
  | "huge" // a body without end
  | "html" // 200, but no JSON
  | "shape"; // JSON, but no completion

/** A line of the server's own log. */
export interface ServedRequest {
  readonly behaviour: Behaviour;
  readonly body: AskedBody;
  readonly headers: IncomingMessage["headers"];
  /** Tokens that were billed; none for what was refused. */
  billed: { readonly input: number; readonly output: number };
}

/** How {@linkcode serveJudge} behaves. */
export interface JudgeServerOptions {
  /** What it says to a request. */
  readonly reply: (body: AskedBody) => string;
  /** What it does with a request. @default {() => "answer"} */
  readonly behave?: (body: AskedBody, request: number) => Behaviour | Promise<Behaviour>;
  /** What it refuses with status 400, in its words. */
  readonly refuse?: (body: AskedBody) => string | undefined;
  /** Milliseconds before it answers. @default {0} */
  readonly delay?: number;
  /** Where redirects lead. */
  readonly elsewhere?: string;
}

/** A server that runs. */
export interface JudgeServer extends AsyncDisposable {
  /** Where its paths begin. */
  readonly baseURL: string;
  /** Its log. */
  readonly requests: readonly ServedRequest[];
}

/** Behaviours whose cost a client cannot know. */
export const untold: ReadonlySet<Behaviour> = new Set(["silent", "half", "hang", "huge", "html", "shape"]);

/** What a server's log says that a client spent, as `Spent` says it. */
export function billOf(requests: readonly ServedRequest[]): Omit<Cost, "answers" | "failures"> {
  const told = requests.filter(({ behaviour }) => !untold.has(behaviour));
  const sum = (of: "input" | "output") => told.reduce((total, { billed }) => total + billed[of], 0);
  return { tries: requests.length, input: sum("input"), output: sum("output"), unknown: requests.length - told.length };
}

const free = { input: 0, output: 0 };
const words = (text: string) => text.split(/\s+/).filter(Boolean).length;

/** What a server sends. */
type Send = (response: ServerResponse, text: string, usage: object, elsewhere: string) => void;

function json(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

const completion = (text: string | null, usage: object, finish = "stop", more: object = {}) => ({
  choices: [{ index: 0, message: { role: "assistant", content: text, ...more }, finish_reason: finish }],
  usage,
});

const sends: Readonly<Record<Behaviour, Send>> = {
  answer: (response, text, usage) => json(response, completion(text, usage)),
  silent: (response, text) => json(response, { ...completion(text, {}), usage: undefined }),
  garbage: (response, _, usage) => json(response, completion('Both have their merits, {but "who" can say', usage)),
  letters: (response, _, usage) => json(response, completion('{"rationale":"It is best","verdict":"C"}', usage)),
  refusal: (response, _, usage) =>
    json(response, completion(null, usage, "stop", { refusal: "I cannot help with that." })),
  filter: (response, _, usage) => json(response, completion("", usage, "content_filter")),
  cut: (response, text, usage) => json(response, completion(text.slice(0, text.length / 2), usage, "length")),
  busy: (response) => json(response, { error: { message: "Slow down" } }, 429, { "retry-after-ms": "1" }),
  error: (response) => json(response, { error: { message: "Out of memory" } }, 500),
  half: (response, text, usage) => {
    const whole = JSON.stringify(completion(text, usage));
    response.writeHead(200, { "content-type": "application/json", "content-length": whole.length });
    response.write(whole.slice(0, whole.length / 2), () => setTimeout(() => response.destroy(), 1));
  },
  hang: () => {},
  redirect: (response, _, _usage, elsewhere) => response.writeHead(307, { location: elsewhere }).end(),
  huge: (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    const more = () => {
      while (!response.destroyed && response.write(" ".repeat(2 ** 16)));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  },
  html: (response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>It works</h1>"),
  shape: (response) => json(response, { choices: [] }),
};

/** Starts a server on a free port of this machine. */
export async function serveJudge(options: JudgeServerOptions): Promise<JudgeServer> {
  const { reply, behave = () => "answer", refuse = () => undefined, delay = 0, elsewhere = "" } = options;
  const requests: ServedRequest[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    try {
      for await (const part of request.setEncoding("utf8")) text += part;
    } catch {
      return; // whoever asked is gone, killed perhaps, before all was said
    }
    const body: AskedBody = JSON.parse(text);
    const entry: ServedRequest = { behaviour: "answer", body, headers: request.headers, billed: free };
    const number = requests.push(entry) - 1;
    const refused = refuse(body);
    if (refused !== undefined) {
      return json(response, { error: { message: refused, type: "invalid_request_error" } }, 400);
    }
    const behaviour = await behave(body, number);
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    const answer = reply(body);
    const usage = { input: words(body.messages.map(({ content }) => content).join(" ")), output: words(answer) };
    requests[number] = {
      ...entry,
      behaviour,
      billed: ["busy", "error", "redirect"].includes(behaviour) ? free : usage,
    };
    sends[behaviour](response, answer, { prompt_tokens: usage.input, completion_tokens: usage.output }, elsewhere);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
