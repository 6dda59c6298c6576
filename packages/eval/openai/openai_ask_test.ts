import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type Answer, AskError, type Question } from "../ask/ask.ts";
import { memoryCallLog } from "../ask/call_log.ts";
import { metered } from "../ask/metered.ts";
import { type AskedBody, type Behaviour, billOf, type JudgeServerOptions, serveJudge } from "./fakes.ts";
import { retryAfter } from "./failure.ts";
import { openaiAsk } from "./openai_ask.ts";

const question: Question = { messages: [{ role: "user", content: "A or B?" }], maxTokens: 5, temperature: 0 };
const schema = { type: "object", properties: {}, additionalProperties: false };

/** Asks a server once, and gives what came. */
async function askOnce(behaviour: Behaviour, options: Partial<JudgeServerOptions> = {}): Promise<Answer | AskError> {
  await using server = await serveJudge({ reply: () => "It is A", behave: () => behaviour, ...options });
  const ask = openaiAsk({ model: "judge", baseURL: server.baseURL, timeout: behaviour === "hang" ? 100 : 10_000 });
  return await ask(question).catch((error) => {
    assert(error instanceof AskError, `${error}`);
    return error;
  });
}

Deno.test("openaiAsk() reads answers, refusals and what they cost", async () => {
  const usage = { input: 3, output: 3 };
  assertEquals(await askOnce("answer"), { text: "It is A", finish: "stop", usage });
  assertEquals(await askOnce("silent"), { text: "It is A", finish: "stop" });
  assertEquals(await askOnce("cut"), { text: "It ", finish: "length", usage });
  assertEquals(await askOnce("filter"), { text: "", finish: "refusal", usage });
  assertEquals(await askOnce("refusal"), { text: "I cannot help with that.", finish: "refusal", usage });
});

Deno.test("openaiAsk() says of each failure what it means, and whether it may have cost", async () => {
  const expected: [Behaviour, string, boolean, RegExp][] = [
    ["busy", "transient", true, /status 429 Slow down; ask less at a time, or less often$/],
    ["error", "transient", true, /status 500 Out of memory/],
    ["half", "transient", false, /broke off after \d+ bytes/],
    ["hang", "transient", false, /no answer within 100 ms; give it more time/],
    ["redirect", "question", true, /sends to another address/],
    ["huge", "question", false, /up to 4194304 bytes/],
    ["html", "question", false, /Expected a chat completion from judge at .* but found the body: /],
    ["shape", "question", false, /but found choices: /],
  ];
  for (const [behaviour, kind, free, message] of expected) {
    const failure = await askOnce(behaviour);
    assert(failure instanceof AskError, behaviour);
    assertEquals([failure.kind, failure.free], [kind, free], behaviour);
    assert(message.test(failure.message), failure.message);
  }
  const busy = await askOnce("busy");
  assertEquals((busy as AskError).retryAfter, 1);
});

Deno.test("openaiAsk() tells statuses apart", async () => {
  const kinds: Record<number, string> = {
    ...{ 400: "question", 413: "question", 422: "question", 401: "fatal", 402: "fatal", 403: "fatal", 404: "fatal" },
    ...{ 408: "transient", 409: "transient", 429: "transient", 500: "transient", 503: "transient", 529: "transient" },
  };
  for (const [status, kind] of Object.entries(kinds)) {
    const answer = () => Promise.resolve(Response.json({ error: { message: "No" } }, { status: Number(status) }));
    const ask = openaiAsk({ model: "judge", baseURL: "http://127.0.0.1:1", fetch: answer });
    assertEquals((await assertRejects(() => ask(question), AskError)).kind, kind, status);
  }
  const broke = Response.json({ error: { message: "You exceeded", code: "insufficient_quota" } }, { status: 429 });
  const poor = openaiAsk({ model: "judge", baseURL: "http://h", fetch: () => Promise.resolve(broke) });
  assertEquals((await assertRejects(() => poor(question), AskError, "check the account")).kind, "fatal");
  const gone = await serveJudge({ reply: () => "A" });
  await gone[Symbol.asyncDispose]();
  const { baseURL } = gone;
  const nobody = await assertRejects(() => openaiAsk({ model: "judge", baseURL })(question), AskError);
  assertEquals([nobody.kind, nobody.free], ["transient", true]);
  assertStringIncludes(nobody.message, "no connection");
});

Deno.test("openaiAsk() sends the judged text nowhere else", async () => {
  await using other = await serveJudge({ reply: () => "B" });
  const failure = await askOnce("redirect", { elsewhere: `${other.baseURL}/chat/completions` });
  assertEquals((failure as AskError).kind, "question");
  assertEquals(other.requests.length, 0);
});

Deno.test("openaiAsk() sends what it is given, and nothing of the environment", async () => {
  const headers = { OPENAI_API_KEY: "env-key", OPENAI_CUSTOM_HEADERS: "x-env: leaked", OPENAI_ORG_ID: "env-org" };
  const names = Object.keys(headers);
  for (const [name, value] of Object.entries(headers)) Deno.env.set(name, value);
  try {
    await using server = await serveJudge({ reply: () => "A" });
    const { baseURL } = server;
    await openaiAsk({ model: "judge", baseURL, apiKey: "given-key" })({ ...question, schema, repeat: 3 });
    await openaiAsk({ model: "judge", baseURL, extraBody: { seed: 1 }, tokenLimit: "max_completion_tokens" })(question);
    const [first, second] = server.requests;
    assertEquals(
      first!.body,
      {
        ...{ model: "judge", messages: question.messages, max_tokens: 5, temperature: 0 },
        response_format: { type: "json_schema", json_schema: { name: "answer", strict: true, schema } },
      } as AskedBody,
    );
    assertEquals(first!.headers.authorization, "Bearer given-key");
    assertEquals(
      second!.body,
      {
        ...{ model: "judge", messages: question.messages, max_completion_tokens: 5, temperature: 0, seed: 1 },
      } as AskedBody,
    );
    assertEquals([second!.headers.authorization, second!.headers["x-env"]], [undefined, undefined]);
    assertEquals(JSON.stringify(server.requests).includes("env-"), false);
  } finally {
    for (const name of names) Deno.env.delete(name);
  }
});

Deno.test("openaiAsk() tells its key and the address's secrets to nobody", async () => {
  const said: string[] = [];
  const echo = (input: string | URL | Request) =>
    Promise.resolve(Response.json({ error: { message: `No: ${input} hush-key pass-word q-secret` } }, { status: 400 }));
  const late = () => Promise.resolve(Response.json({ error: { message: "No: hush-key" } }));
  const lost = () => Promise.reject(new TypeError("Cannot send to http://x/?q=q-secret with hush-key"));
  for (const fetch of [echo, late, lost] as unknown as typeof globalThis.fetch[]) {
    const ask = openaiAsk({
      ...{ model: "judge", baseURL: "https://user:pass-word@host/v1/?q=q-secret", apiKey: " hush-key\n", fetch },
    });
    assertEquals(ask.id, "judge at https://host/v1");
    const error = await assertRejects(() => ask(question), AskError);
    said.push(error.message, `${error.stack}`, JSON.stringify(error), Deno.inspect(error));
  }
  for (const secret of ["hush-key", "pass-word", "q-secret"]) assertEquals(said.join("\n").includes(secret), false);
});

Deno.test("openaiAsk() learns what a server does not understand, once", async () => {
  const refusals: Record<string, string> = {
    response_format: "'response_format' of type 'json_schema' is not supported with this model",
    max_tokens:
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    temperature: "Unsupported value: 'temperature' does not support 0 with this model.",
  };
  await using server = await serveJudge({
    reply: () => "A",
    refuse: (body) => refusals[Object.keys(refusals).find((name) => name in body) ?? ""],
  });
  const ask = metered(openaiAsk({ model: "judge", baseURL: server.baseURL }));
  const questions = ["x", "y", "z"].map((content) => ({
    ...question,
    messages: [{ role: "user" as const, content }],
    schema,
  }));
  for (const question of questions) assertEquals((await ask(question)).text, "A");
  assertEquals(Object.keys(server.requests.at(-1)!.body), ["model", "messages", "max_completion_tokens"]);
  assertEquals(server.requests.length, 3 + 3);
  assertEquals([ask.spent().tries, ask.spent().failures, ask.spent().unknown], [6, 3, 0]);
});

Deno.test("openaiAsk() renames the token limit once, and asks for another try at once", async () => {
  const refuse = (body: AskedBody) => `Unknown field ${"max_tokens" in body ? "max_tokens" : "max_completion_tokens"}`;
  await using server = await serveJudge({ reply: () => "A", refuse });
  const ask = openaiAsk({ model: "judge", baseURL: server.baseURL });
  const failures: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const { kind, retryAfter, free } = await assertRejects(() => ask(question), AskError);
    failures.push([kind, retryAfter, free]);
  }
  assertEquals(failures, [["transient", 0, true], ["question", undefined, true], ["question", undefined, true]]);
});

Deno.test("openaiAsk() keeps an answer whose cost is nonsense, and sends the address's query", async () => {
  const urls: string[] = [];
  const choices = [{ message: { content: "A" }, finish_reason: "stop" }];
  const fetch = (input: string | URL | Request) => {
    urls.push(`${input}`);
    return Promise.resolve(Response.json({ choices, usage: { prompt_tokens: -1, completion_tokens: 1e300 } }));
  };
  const ask = openaiAsk({ model: "judge", baseURL: "http://host/v1/?api-version=2", fetch });
  assertEquals(await ask(question), { text: "A", finish: "stop" });
  assertEquals(urls, ["http://host/v1/chat/completions?api-version=2"]);
});

Deno.test("openaiAsk() does not take a question's own fault for the server's", async () => {
  const refuse = () => "This model's maximum context length is 10 tokens; reduce the messages or max_tokens";
  await using server = await serveJudge({ reply: () => "A", refuse });
  const ask = openaiAsk({ model: "judge", baseURL: server.baseURL });
  assertEquals((await assertRejects(() => ask(question), AskError, "maximum context")).kind, "question");
  await assertRejects(() => ask(question), AskError);
  assert(server.requests.every(({ body }) => body.max_tokens === 5));

  const repeat = (body: AskedBody) => `Cannot read this: ${" ".repeat(300)}${JSON.stringify(body)}`;
  await using parrot = await serveJudge({ reply: () => "A", refuse: repeat });
  const told = openaiAsk({ model: "judge", baseURL: parrot.baseURL });
  const messages = [{ role: "user", content: "An unknown temperature, an unexpected max_tokens" }] as const;
  for (let i = 0; i < 2; i++) {
    await assertRejects(() => told({ ...question, messages, schema }), AskError, "Cannot read");
  }
  assertEquals(parrot.requests[1]!.body, parrot.requests[0]!.body); // nothing was learned from the text
});

Deno.test("openaiAsk() ends when it is told to", async () => {
  await using server = await serveJudge({ reply: () => "A", behave: () => "hang" });
  const stop = new AbortController();
  const call = openaiAsk({ model: "judge", baseURL: server.baseURL })(question, { signal: stop.signal });
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort(new Error("Enough"));
  await assertRejects(() => call, Error, "Enough");
});

Deno.test("openaiAsk() refuses options that cannot work", () => {
  assertThrows(() => openaiAsk({ model: "m", baseURL: "ftp://me:secret@h" }), TypeError, 'but found "ftp://…@h"');
  for (const baseURL of ["//me:sec/ret@h/?key=secret", "h/?key=secret#secret"]) {
    const { message } = assertThrows(() => openaiAsk({ model: "m", baseURL }), TypeError, "Expected baseURL");
    assertEquals(/sec|ret/.test(message), false, message);
  }
  assertThrows(() => openaiAsk({ model: "m", apiKey: "kéy" }), TypeError, "Expected apiKey to be printable ASCII");
  for (const timeout of [0, 2 ** 31]) assertThrows(() => openaiAsk({ model: "m", timeout }), RangeError, "timeout");
  assertThrows(() => openaiAsk({ model: "m", extraBody: { n: 2 } }), TypeError, "found n,");
});

Deno.test("openaiAsk() knows answers that ended by themselves from those that were cut off or held back", async () => {
  const read = async (finish_reason?: string | null) => {
    const choices = [{ message: { content: "A" }, finish_reason }, {
      message: { content: "B" },
      finish_reason: "stop",
    }];
    const fetch = () => Promise.resolve(Response.json({ choices }));
    return await openaiAsk({ model: "judge", baseURL: "http://h", fetch })(question);
  };
  const finishes = {
    stop: "stop",
    eos: "stop",
    STOP: "stop",
    "": "stop",
    content_filter: "refusal",
    SAFETY: "refusal",
  };
  const cut = { length: "length", model_length: "length", abort: "length", error: "length", constructor: "length" };
  for (const [reason, finish] of Object.entries({ ...finishes, ...cut })) {
    assertEquals(await read(reason), { text: "A", finish } as Answer, reason);
  }
  assertEquals((await read(null)).finish, "stop");
});

Deno.test("openaiAsk() leaves it to who tries again how long to wait, where the server says that there is no need to", async () => {
  for (const when of ["0", "-1", "Wed, 01 Jan 2020 00:00:00 GMT"]) {
    const headers = { "retry-after": when };
    const fetch = () => Promise.resolve(Response.json({}, { status: 429, headers }));
    const ask = openaiAsk({ model: "judge", baseURL: "http://h", fetch });
    assertEquals((await assertRejects(() => ask(question), AskError)).retryAfter, undefined, when); // 0 were at once
  }
});

Deno.test("retryAfter() reads milliseconds, seconds and dates", () => {
  const now = Date.parse("2025-01-01T00:00:00Z");
  const read = (headers: Record<string, string>) => retryAfter(new Headers(headers), now);
  assertEquals(read({ "retry-after": "2" }), 2000);
  assertEquals(read({ "retry-after": "2", "retry-after-ms": "1500" }), 1500);
  assertEquals(read({ "retry-after": "Wed, 01 Jan 2025 00:00:03 GMT" }), 3000);
  assertEquals(read({ "retry-after": "-5" }), 0);
  assertEquals([read({ "retry-after": "soon" }), read({})], [undefined, undefined]);
});

Deno.test("metered(openaiAsk()) costs what the server's log says, and asks again only for what is missing", async () => {
  const behaviours: Behaviour[] = [
    ...["answer", "silent", "garbage", "refusal", "filter", "busy", "error", "half", "hang"] as const,
    ...["redirect", "html", "shape", "answer"] as const,
  ];
  const times = new Map<string, number>();
  await using server = await serveJudge({
    reply: ({ messages }) => `A of ${messages[0]!.content}`,
    // Each question meets its own trouble twice, then an answer.
    behave: ({ messages: [message] }) => {
      const { content } = message!;
      times.set(content, (times.get(content) ?? 0) + 1);
      return times.get(content)! <= 2 ? behaviours[Number(content) % behaviours.length]! : "answer";
    },
  });
  const log = memoryCallLog();
  const run = async () => {
    const start = server.requests.length;
    const ask = metered(openaiAsk({ model: "judge", baseURL: server.baseURL, timeout: 1000 }), { log, pause: 1 });
    const answers = await Promise.all(
      Array.from({ length: 39 }, (_, i) =>
        ask({ ...question, messages: [{ role: "user", content: `${i}` }] }, {
          accept: ({ text, finish }) => finish === "stop" && text.startsWith("A of"),
        }).catch((error) => error as AskError)),
    );
    const { answers: _, failures: __, remembered, ...cost } = ask.spent();
    assertEquals(cost, billOf(server.requests.slice(start)));
    const right = answers.filter((answer, i) => "text" in answer && answer.text === `A of ${i}`).length;
    return { right, remembered, asked: cost.tries };
  };
  // Per 13 questions: three answers; busy, error, half and hang pass (3 tries each); garbage, refusal, filter and three
  // unreadable ones are there for another run.
  assertEquals(await run(), { right: 3 * 7, remembered: 0, asked: 3 * (3 + 4 * 3 + 6) });
  assertEquals(await run(), { right: 3 * 7, remembered: 3 * 7, asked: 3 * 6 });
  assertEquals(await run(), { right: 39, remembered: 3 * 7, asked: 3 * 6 });
  assertEquals(await run(), { right: 39, remembered: 39, asked: 0 });
});
