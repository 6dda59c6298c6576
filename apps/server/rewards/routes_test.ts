import { contrast } from "@tare/contrastive";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { testApp } from "../fakes.ts";
import type { AppOptions, ScoreRow } from "../options.ts";
import { fakeScore, fakeTable, scoreRow, valueOf } from "./fakes.ts";

const table = await fakeTable({ "Tea?": [0.1, 0.7], "Coffee?": [-1, 2.5] });
const half = () => fakeScore(() => 0.5);
/** A reward of 0.5 to "Coffee?", whose baseline is 0.75. */
const contrastive = -0.25;

/** Reads an answer that must be there. */
async function body(response: Response) {
  const read = await response.json();
  assertEquals(response.status, 200, read.detail);
  return read;
}

Deno.test("/v1/rewards gives raw, baseline and contrastive rewards, and says of what", async () => {
  await using app = testApp({ score: half(), baselines: table, missing: "raw" });
  const rows = [{ prompt: "Coffee?", response: " No." }, { prompt: "Water?", response: " Yes." }];
  assertEquals(await body(await app.ask("rewards", "POST", "/v1/rewards", { rows })), {
    rewards: [{ raw: 0.5, baseline: 0.75, contrastive }, { raw: 0.5, baseline: null, contrastive: 0.5 }],
    ...{ reward: "fake", baselines: table.id },
  });
});

Deno.test("/get_reward answers every trainer's way of asking", async () => {
  await using app = testApp({ score: half(), baselines: table });
  const ask = async (request: unknown) => await body(await app.ask("rewards", "POST", "/get_reward", request));
  const answer = (count: number) => ({
    rewards: Array(count).fill(contrastive),
    scores: Array(count).fill(contrastive),
    extra_logs: { raw_reward: Array(count).fill(0.5), baseline: Array(count).fill(0.75) },
  });
  const [query, prompts] = [["Coffee? No.", "Coffee? Yes."], ["Coffee?", "Coffee?"]];
  for (
    const request of [
      { query },
      { query, prompts, labels: ["", ""] },
      { query, prompts: null, labels: null, more: 1 },
    ]
  ) assertEquals(await ask(request), answer(2));
  assertEquals(await ask({ query: query[0], prompts: prompts[0], labels: "a" }), answer(1));
  assertEquals(await ask({ query: [], prompts: [], labels: [] }), answer(0));
});

Deno.test("/get_reward leaves baselines out of all answers where some may be missing: a trainer joins their names", async () => {
  await using app = testApp({ score: half(), baselines: table, missing: "raw" });
  const ask = async (query: readonly string[]) =>
    await body(await app.ask("rewards", "POST", "/get_reward", { query }));
  assertEquals(await ask(["Coffee? No.", "Water? No."]), {
    ...{ rewards: [contrastive, 0.5], scores: [contrastive, 0.5], extra_logs: { raw_reward: [0.5, 0.5] } },
  });
  for (const query of [["Coffee? No."], ["Water? No."], []]) { // one by one, in any order, and none
    assertEquals(Object.keys((await ask(query)).extra_logs), ["raw_reward"]);
  }
});

Deno.test("/get_reward draws a missing baseline, and the store keeps it", async () => {
  const sample = Object.assign(() => Promise.resolve([" Well.", " No."]), { policy: "policy" });
  await using app = testApp({ score: half(), baselines: table, missing: "sample", sample });
  const request = { query: "Water? Yes.", prompts: "Water?" };
  assertEquals((await body(await app.ask("rewards", "POST", "/get_reward", request))).rewards, [0]);
  assertEquals([...app.store.baselines.rows("fake", "policy")].map(({ prompt, rewards }) => [prompt, rewards]), [
    ["Water?", [0.5, 0.5]],
  ]);
});

Deno.test("/classify answers as vLLM, and as SGLang where it is asked so", async () => {
  await using app = testApp({ score: half(), baselines: table, clock: () => 7_999 });
  const ask = async (request: unknown) => await body(await app.ask("rewards", "POST", "/classify", request));
  const input = ["Coffee? No.", "Tea? No."];
  const answer = await ask({ model: "rm", input, use_activation: false, activation: false, priority: 3 });
  assertMatch(answer.id, /^classify-/);
  const item = { label: "LABEL_0", num_classes: 1 };
  assertEquals(answer, {
    ...{ id: answer.id, object: "list", created: 7, model: "fake" },
    data: [
      { index: 0, probs: [contrastive], ...item },
      { index: 1, probs: [Math.fround(0.5 - (0.1 + 0.7) / 2)], ...item },
    ],
    usage: { prompt_tokens: 0, total_tokens: 0, completion_tokens: 0 },
  });
  assertEquals((await ask({ input: input[0] })).data, answer.data.slice(0, 1));
  assertEquals((await ask({ input: [] })).data, []);
  assertEquals(await ask({ text: input[0] }), { embedding: [contrastive] });
  assertEquals(await ask({ text: [input[0]] }), [{ embedding: [contrastive] }]);
});

Deno.test("reward routes refuse what they cannot take, with a sentence", async () => {
  await using app = testApp({ score: half(), baselines: table });
  const cases: readonly [path: string, request: unknown, detail: string][] = [
    ["/get_reward", {}, "query: expected a text or a list of texts"],
    ["/get_reward", { query: ["a", 1] }, "query: expected a text or a list of texts; decode token ids"],
    ["/get_reward", { query: ["a", "b"], prompts: ["a"] }, "Expected as many prompts as queries, 2, but found 1"],
    ["/get_reward", { query: ["a"], labels: [] }, "Expected as many labels as queries, 1, but found 0"],
    ["/get_reward", { query: "Tea? No.", prompts: "Coffee?" }, "Expected a query that begins with its prompt"],
    ["/get_reward", { query: "Water? No." }, "Expected a prompt beside query"],
    ["/get_reward", { query: "Water? No.", prompts: "Water?" }, 'Expected a baseline for prompt "Water?"'],
    ["/classify", { input: [1, 2] }, "input: expected a text or a list of texts; decode token ids"],
    ["/classify", { input: [[1, 2]] }, "input: expected a text or a list of texts; decode token ids"],
    ["/classify", { messages: [] }, "Expected input, a text or a list of texts, but found messages: render them"],
    ["/classify", {}, "Expected input, or text as SGLang calls it, but found neither"],
    ["/classify", { input: "a", text: "a" }, "Expected input, or text as SGLang calls it, but found both"],
    ["/classify", { input: "a", use_activation: true }, "Expected use_activation to be false but found true"],
    ["/classify", { input: "a", activation: true }, "Expected activation to be false but found true"],
    ["/v1/rewards", { rows: [{ prompt: "Tea?" }] }, "rows.0.response: "],
    ["/v1/rewards", { rows: [], more: 1 }, "the body: "],
    ["/v1/rewards", { rows: Array(4097).fill({ prompt: "Tea?", response: "" }) }, "Expected at most 4096 rows"],
  ];
  for (const [path, request, detail] of cases) {
    const response = await app.ask("rewards", "POST", path, request);
    const problem = await response.json();
    assertEquals(response.status, 422, `${path} ${JSON.stringify(request)}`);
    assert(problem.detail.startsWith(detail), problem.detail);
  }
});

Deno.test("reward routes tell whose fault a failure is", async () => {
  const failures = {
    502: fakeScore(() => 0, () => Promise.reject(new Error("it is down"))),
    504: fakeScore(() => 0, () => new Promise(() => {})),
  };
  for (const [status, score] of Object.entries(failures)) {
    await using app = testApp({ score, baselines: table, limits: { answerSeconds: 0.02 } });
    const response = await app.ask("rewards", "POST", "/get_reward", { query: "Tea? No." });
    const { detail } = await response.json();
    assertEquals([response.status, detail], [
      Number(status),
      `The reward model fake failed: ${status === "502" ? "it is down" : "no answer within 20 ms"}`,
    ]);
  }
  await using none = testApp();
  for (
    const [path, request] of [["/v1/rewards", { rows: [] }], ["/get_reward", { query: [] }], ["/classify", {
      input: [],
    }]] as const
  ) {
    const response = await none.ask("rewards", "POST", path, request);
    assertEquals([response.status, (await response.json()).detail], [
      404,
      "Expected a server with a reward model but this one has none: start it with one",
    ]);
  }
});

Deno.test("reward routes turn away what the queue does not hold, and say when to ask again", async () => {
  const [gate, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const score = fakeScore(() => 0.5, () => (begun.resolve(), gate.promise));
  await using app = testApp({ score: Object.assign(score, { mostRows: 4096 }), baselines: table });
  const rows = { rows: Array(2049).fill({ prompt: "Coffee?", response: " No." }) };
  const ask = () => app.ask("rewards", "POST", "/v1/rewards", rows);
  const first = ask();
  await begun.promise; // it waits no more
  const others = [ask(), ask()]; // of these one has room
  const full = await Promise.race(others);
  assertEquals([full.status, full.headers.get("retry-after")], [503, "1"]);
  const { detail } = await full.json();
  assertEquals(detail, "Expected at most 4096 rows to wait but 2049 do: ask again later");
  gate.resolve();
  const statuses = await Promise.all([first, ...others].map(async (response) => (await response).status));
  assertEquals(statuses.toSorted(), [200, 200, 503]);
});

Deno.test("reward routes are for trainers: by token, by the key in the address, or from this machine", async () => {
  await using app = testApp({ score: half(), baselines: table });
  await using local = testApp({ score: half(), baselines: table, trustLocal: true });
  const request = { query: "Tea? No.", input: "Tea? No." };
  const status = async (of: typeof app, role: "admin" | "judge" | "rewards" | undefined, path: string) => {
    const response = await of.ask(role, "POST", path, path === "/v1/rewards" ? { rows: [] } : request);
    await response.body?.cancel();
    return response.status;
  };
  for (const path of ["/v1/rewards", "/get_reward", "/classify"]) {
    const statuses = ["admin", "rewards", "judge", undefined] as const;
    assertEquals(await Promise.all(statuses.map((role) => status(app, role, path))), [200, 200, 403, 401]);
    assertEquals(await status(local, undefined, path), path === "/v1/rewards" ? 401 : 200);
  }
  const { rewards, admin, judge } = app.tokens;
  for (const path of ["get_reward", "classify"]) {
    assertEquals(await status(app, undefined, `/r/${rewards}/${path}`), 200);
    for (const wrong of ["x", admin, judge]) assertEquals(await status(app, undefined, `/r/${wrong}/${path}`), 401);
    assertEquals(await status(app, "rewards", `/r/x/${path}`), 401); // there the address alone counts
  }
});

Deno.test("reward routes are not slowed down by the limits of nobody where the address has a key", async () => {
  await using app = testApp({ score: half(), baselines: table, clock: () => 0 });
  const path = `/r/${app.tokens.rewards}/get_reward`;
  const asked = Array.from({ length: 120 }, () => app.ask(undefined, "POST", path, { query: "Tea? No." }));
  assertEquals(new Set((await Promise.all(asked)).map(({ status }) => status)), new Set([200]));
});

/** An app that listens at a free port. */
function listening(options: Partial<AppOptions>) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request, { remoteAddr }) => of.app.fetch(request, { remoteAddr }),
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const of = testApp({ ...options, origins: [origin] });
  const url = `${origin}/r/${of.tokens.rewards}/get_reward`;
  return {
    post: (request: unknown, signal?: AbortSignal) =>
      fetch(url, {
        ...{ method: "POST", body: JSON.stringify(request), signal },
        headers: { "content-type": "application/json" },
      }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await of[Symbol.asyncDispose]();
    },
  };
}

Deno.test("/get_reward gives 64 clients with single samples the offline values, each its own, in fewer batches", async () => {
  const score = fakeScore();
  await using app = listening({ score, baselines: table });
  const rows = Array.from({ length: 64 }, (_, i) => ({
    ...scoreRow(i % 2 ? "Tea?" : "Coffee?", ` ${i}`),
    promptId: i % 2 ? "0" : "1",
  }));
  const reward = (all: readonly ScoreRow[]) => Promise.resolve(Float32Array.from(all, valueOf));
  const offline = await contrast(Object.assign(reward, { id: "fake" }), table)(rows);
  const answers = await Promise.all(rows.map(async ({ text, prompt }, i) => {
    const response = await app.post({ query: [text], ...i % 3 && { prompts: [prompt], labels: [""] } });
    return (await body(response)).rewards;
  }));
  assertEquals(answers, Array.from(offline, (value) => [value]));
  assertEquals(score.batches.flat().length, 64);
  assert(score.batches.length < 64, `${score.batches.length} batches`);
});

Deno.test("/get_reward drops what a client that left had asked for, and others have their answer", async () => {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const score = fakeScore(() => 0.5, () => (begun.resolve(), gate.promise));
  await using app = listening({ score: Object.assign(score, { mostRows: 1 }), baselines: table });
  const first = app.post({ query: "Coffee? 1" });
  await begun.promise;
  const leaving = new AbortController();
  const left = assertRejects(() => app.post({ query: "Coffee? 2" }, leaving.signal), DOMException, "abort");
  const last = app.post({ query: "Coffee? 3" });
  await new Promise((resolve) => setTimeout(resolve, 50)); // both wait
  leaving.abort();
  await left;
  await new Promise((resolve) => setTimeout(resolve, 50)); // the server hears of it
  gate.resolve();
  for (const response of [await first, await last]) assertEquals((await body(response)).rewards, [contrastive]);
  assertEquals(score.batches.flat().map(({ response }) => response), [" 1", " 3"]);
});
