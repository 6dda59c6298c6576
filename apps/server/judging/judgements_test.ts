import { assertEquals } from "@std/assert";
import { AskError, type Verdict } from "@tare/eval";
import { origin, testApp } from "../fakes.ts";
import { openJudges } from "./open_judges.ts";
import { openStore } from "../store/store.ts";
import { completion, fakeJudge, hasty, never, serveModel } from "./fakes.ts";

const body = { judge: "fake", prompt: "Tea?", a: " Yes", b: " No" };
const told = async (response: Response) => [response.status, (await response.json()).detail];

Deno.test("GET /v1/judges shows judges, what they are and what they spent, and no key", async () => {
  const fake = fakeJudge("fake 1");
  const spent = { tries: 1, answers: 1, failures: 0, input: 2, output: 3, unknown: 0, remembered: 0 };
  const about = { model: "m", host: "h", template: "helpful", orders: "both" } as const;
  await using app = testApp({ judges: { fake, gpt: { ...fakeJudge("m at h"), about, spent: () => spent } } });
  const response = await app.ask("judge", "GET", "/v1/judges");
  assertEquals(await response.json(), {
    judges: [{ name: "fake", id: "fake 1" }, { name: "gpt", id: "m at h", ...about, spent }],
  });
  assertEquals((await app.ask("rewards", "GET", "/v1/judges")).status, 403);
  assertEquals((await app.ask(undefined, "POST", "/v1/judgements", body)).status, 401);
});

Deno.test("POST /v1/judgements gives the verdict; no decision is one", async () => {
  const verdict = { winner: "invalid", reason: "It cannot say" } as const;
  const fake = fakeJudge("fake 1", ({ promptId }) => promptId === "x" ? verdict : { winner: "b" });
  await using app = testApp({ judges: { fake } });
  assertEquals(await (await app.ask("judge", "POST", "/v1/judgements", body)).json(), { winner: "b" });
  const invalid = await app.ask("admin", "POST", "/v1/judgements", { ...body, promptId: "x" });
  assertEquals([invalid.status, await invalid.json()], [200, verdict]);
  assertEquals(fake.asked, ["", "x"].map((promptId) => ({ promptId, prompt: "Tea?", a: " Yes", b: " No" })));
});

Deno.test("POST /v1/judgements lets nobody choose what a judge is", async () => {
  await using app = testApp({ judges: { fake: fakeJudge("fake 1"), gpt: fakeJudge("gpt 1") } });
  for (const name of ["baseURL", "model", "apiKey", "url", "extraBody", "temperature"]) {
    const response = await app.ask("judge", "POST", "/v1/judgements", { ...body, [name]: "http://127.0.0.1:1" });
    assertEquals(await told(response), [422, `the body: Unrecognized key: "${name}"`]);
  }
  for (const judge of ["other", "__proto__", "constructor", "http://127.0.0.1:1/v1"]) {
    const response = await app.ask("judge", "POST", "/v1/judgements", { ...body, judge });
    assertEquals(await told(response), [404, `Expected one of the judges fake, gpt but found "${judge}"`]);
  }
  await using none = testApp();
  const detail = 'Expected a judge but found "fake": the server\'s configuration names none';
  assertEquals(await told(await none.ask("judge", "POST", "/v1/judgements", body)), [404, detail]);
});

Deno.test("POST /v1/judgements gives up in time, and ends the judge's work", async () => {
  let ended = 0;
  const hangs = fakeJudge("hangs", (_, signal) => never(signal).finally(() => ended++));
  await using app = testApp({ judges: { fake: hangs }, limits: { answerSeconds: 0.01 } });
  const response = await app.ask("judge", "POST", "/v1/judgements", body);
  assertEquals(await told(response), [504, "Expected a verdict within 0.01 s but found none: try again later"]);
  assertEquals(ended, 1);
});

Deno.test("POST /v1/judgements gives up in time on a judge that heeds no signal, and the app waits for it", async () => {
  const free = Promise.withResolvers<Verdict>();
  const deaf = fakeJudge("deaf", () => free.promise);
  const app = testApp({ judges: { fake: deaf }, limits: { answerSeconds: 0.01 } });
  assertEquals((await app.ask("judge", "POST", "/v1/judgements", body)).status, 504);
  let closed = false;
  const closing = app[Symbol.asyncDispose]().then(() => closed = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(closed, false);
  free.resolve({ winner: "a" });
  await closing;
});

Deno.test("POST /v1/judgements stops when the client leaves", async () => {
  let ended = 0;
  const leave = new AbortController();
  const hangs = fakeJudge("hangs", (_, signal) => {
    leave.abort();
    return never(signal).finally(() => ended++);
  });
  await using app = testApp({ judges: { fake: hangs } });
  const headers = { authorization: `Bearer ${app.tokens.judge}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body), signal: leave.signal };
  const response = await app.app.fetch(new Request(`${origin}/v1/judgements`, init));
  assertEquals([response.status, ended], [408, 1]);
});

Deno.test("POST /v1/judgements has so many under way, and takes more when they are done", async () => {
  const free = Promise.withResolvers<void>();
  const slow = fakeJudge("slow", () => free.promise.then(() => ({ winner: "tie" })));
  await using app = testApp({ judges: { fake: slow }, limits: { judgements: { each: 2, all: 9 } } });
  const ask = () => app.ask("judge", "POST", "/v1/judgements", body);
  const two = [ask(), ask()];
  while (slow.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  const third = await ask();
  assertEquals([third.status, third.headers.get("retry-after")], [429, "5"]);
  free.resolve();
  assertEquals((await Promise.all(two)).map(({ status }) => status), [200, 200]);
  assertEquals((await ask()).status, 200);
});

Deno.test("POST /v1/judgements tells what the judge's server did, and no secret", async () => {
  const logged: unknown[] = [];
  const fake = fakeJudge("fake 1", ({ promptId }) => {
    throw promptId === "fatal"
      ? new AskError("Cannot ask m at h: status 401; check the key", "fatal")
      : new Error("inside");
  });
  await using app = testApp({ judges: { fake }, log: (entry) => logged.push(entry) });
  const ask = async (promptId: string) => told(await app.ask("judge", "POST", "/v1/judgements", { ...body, promptId }));
  assertEquals(await ask("fatal"), [502, "Cannot ask m at h: status 401; check the key"]);
  assertEquals(await ask("bug"), [500, "Something went wrong here: the log says what"]);
  assertEquals(JSON.stringify(logged).includes("inside"), true);
});

Deno.test("a hostile server behind a judge: what it does is a verdict without decision, or 502, and nothing of it gets through", async () => {
  await using other = await serveModel();
  const behaviours: Readonly<Record<string, () => Response>> = {
    garbage: () => completion("I cannot say {"),
    html: () => new Response("<script>alert(1)</script>", { headers: { "content-type": "text/html" } }),
    redirect: () => new Response(null, { status: 307, headers: { location: `${other.baseURL}/chat/completions` } }),
    bad: () =>
      Response.json({ error: { message: "You sent Bearer sk-secret to http://10.0.0.7/internal" } }, { status: 400 }),
    slow: () => Response.json({ error: { message: "Come again" } }, { status: 429 }),
    error: () => new Response("Out of memory", { status: 500 }),
    key: () => Response.json({ error: { message: "No such key: sk-secret" } }, { status: 401 }),
  };
  await using server = await serveModel((content) => behaviours[/is (\w+) here/.exec(content)![1]!]!());
  using store = openStore(":memory:");
  const gpt = { model: "m", baseURL: server.baseURL, apiKeyEnv: "KEY" };
  const judges = openJudges({ judges: { gpt } }, { calls: store.calls, env: () => "sk-secret", clock: hasty });
  await using judging = testApp({ judges });
  for (
    const [name, status] of [["garbage", 200], ["html", 200], ["redirect", 200], ["bad", 200], ["slow", 200], [
      "error",
      200,
    ], ["key", 502]] as const
  ) {
    const asked = { judge: "gpt", prompt: `is ${name} here`, a: "x", b: "y" };
    const response = await judging.ask("judge", "POST", "/v1/judgements", asked);
    const text = await response.text();
    assertEquals([name, response.status, /secret|10\.0\.0\.7|<script/.test(text)], [name, status, false]);
    if (status === 200) assertEquals(JSON.parse(text).winner, "invalid");
    if (name === "error") assertEquals(server.requests.length, 2 * 4 + 2 * 5 + 2 * 5); // tried again, which these deserve
  }
  assertEquals(other.requests.length, 0);
});
