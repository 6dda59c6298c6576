/** Judges, and a server of OpenAI's protocol, that do as tests tell them to. */
import { assertEquals } from "@std/assert";
import type { Clock, Pair, Verdict } from "@tare/eval";
import type { TestApp } from "../fakes.ts";
import type { NamedJudge } from "../options.ts";
import type { JobRecord } from "./store.ts";

/** A judge that a function is, and what it was asked. */
export function fakeJudge(
  id: string,
  decide: (pair: Pair, signal: AbortSignal) => Verdict | Promise<Verdict> = () => ({ winner: "a" }),
): NamedJudge & { readonly asked: Pair[] } {
  const asked: Pair[] = [];
  return {
    ...{ id, asked, concurrency: 2 },
    async compare(pair, signal = new AbortController().signal) {
      signal.throwIfAborted();
      asked.push(pair);
      return await decide(pair, signal);
    },
  };
}

/** Waits until the signal fires, as a judge does whose server never answers. */
export function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Makes an evaluation of so many prompts; gives its id. */
export async function evaluationOf(app: TestApp, policies: readonly string[], prompts: number): Promise<string> {
  const responses = policies.flatMap((policy) =>
    Array.from({ length: prompts }, (_, i) => ({
      ...{ policy, promptId: `${i}`, prompt: `Is ${i} so?` },
      response: ` ${policy} on ${i}`,
    }))
  );
  const made = await app.ask("judge", "POST", "/v1/evaluations", { name: crypto.randomUUID(), responses });
  assertEquals(made.status, 201);
  return (await made.json()).id;
}

/** Makes a job. */
export async function jobOf(app: TestApp, evaluation: string, body: object, key?: string): Promise<JobRecord> {
  const headers: HeadersInit = key === undefined ? {} : { "idempotency-key": key };
  const response = await app.ask("judge", "POST", `/v1/evaluations/${evaluation}/jobs`, body, headers);
  if (!response.ok) throw new Error(await response.text());
  assertEquals(response.headers.get("location"), `/v1/jobs/${(await response.clone().json()).id}`);
  return await response.json();
}

/** Waits until a job has ended, or is as it should be. */
export async function settled(
  { store }: Pick<TestApp, "store">,
  id: string,
  is: (job: JobRecord) => boolean = ({ finished }) => finished !== undefined,
): Promise<JobRecord> {
  for (let left = 5000;; left--) {
    const job = store.jobs.find(id)!;
    if (is(job)) return job;
    if (left === 0) throw new Error(`Expected the job to go on but found ${JSON.stringify(job)}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** An event as a browser has it. */
export interface SeenEvent {
  readonly id: string;
  readonly event: string;
  readonly data: JobRecord;
}

/** Reads a stream of events; comments are none. */
export async function* eventsIn(response: Response): AsyncGenerator<SeenEvent> {
  let text = "";
  for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
    text += part;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n").filter((line) => !line.startsWith(":"));
      text = text.slice(end + 2);
      const { data, ...fields } = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
      if (data) yield { ...fields, data: JSON.parse(data) } as SeenEvent;
    }
  }
}

/** A clock that lets nobody wait. */
export const hasty: Clock = { now: Date.now, sleep: () => Promise.resolve() };

/** A server of OpenAI's protocol that runs. */
export interface ModelServer extends AsyncDisposable {
  /** Where its paths begin. */
  readonly baseURL: string;
  /** What it was asked: the last message of each request, and the header with the key. */
  readonly requests: { readonly content: string; readonly authorization: string | null }[];
}

/** What a model says when it takes the first response. */
export function completion(content: string = '{"rationale":"It stands first.","verdict":"A"}'): Response {
  const usage = { prompt_tokens: 10, completion_tokens: 5 };
  return Response.json({ choices: [{ message: { role: "assistant", content }, finish_reason: "stop" }], usage });
}

/** Starts one on a free port of this machine. */
export async function serveModel(
  answer: (content: string, request: number) => Response | Promise<Response> = () => completion(),
): Promise<ModelServer> {
  const requests: ModelServer["requests"] = [];
  const stop = new AbortController();
  const listens = Promise.withResolvers<number>();
  const server = Deno.serve({
    ...{ hostname: "127.0.0.1", port: 0, signal: stop.signal },
    onListen: ({ port }) => listens.resolve(port),
    onError: () => new Response(null, { status: 500 }),
  }, async (request) => {
    const { messages } = await request.json();
    const content: string = messages.at(-1).content;
    const number = requests.push({ content, authorization: request.headers.get("authorization") }) - 1;
    return await answer(content, number);
  });
  return {
    baseURL: `http://127.0.0.1:${await listens.promise}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await server.finished;
    },
  };
}
