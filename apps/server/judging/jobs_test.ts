import { assertEquals, assertMatch } from "@std/assert";
import { AskError, type Verdict } from "@tare/eval";
import { testApp } from "../fakes.ts";
import { openStore } from "../store/store.ts";
import { evaluationOf, fakeJudge, jobOf, never, settled } from "./fakes.ts";

const told = async (response: Response) => [response.status, (await response.json()).detail];
const keysOf = (rows: readonly { promptId: string; a: string; b: string }[]) =>
  rows.map(({ promptId, a, b }) => `${a}${b}${promptId}`).sort();

Deno.test("a job asks the judge about every pair and prompt, and writes the verdicts", async () => {
  const fake = fakeJudge("fake 1", ({ promptId }) => ({ winner: promptId === "1" ? "b" : "tie" }));
  await using app = testApp({ judges: { fake }, clock: () => 7 });
  const evaluation = await evaluationOf(app, ["x", "y", "z"], 2);
  const job = await jobOf(app, evaluation, { judge: "fake" });
  const { id } = job;
  const begun = { id, evaluation, judge: { name: "fake", id: "fake 1" }, created: 7, total: 6, invalid: 0 };
  assertEquals(job, { ...begun, state: "queued", done: 0 });
  await settled(app, id);
  const done = { ...begun, state: "done", done: 6, finished: 7 };
  assertEquals(await (await app.ask("judge", "GET", `/v1/jobs/${id}`)).json(), done);
  assertEquals(await (await app.ask("admin", "GET", `/v1/jobs?evaluation=${evaluation}`)).json(), { jobs: [done] });
  assertEquals(await (await app.ask("admin", "GET", "/v1/jobs?evaluation=other")).json(), { jobs: [] });
  const { verdicts } = app.store.evaluations.rows(evaluation);
  assertEquals(keysOf(verdicts), ["xy0", "xy1", "xz0", "xz1", "yz0", "yz1"]);
  assertEquals(verdicts.find(({ promptId, b }) => promptId === "1" && b === "z"), {
    ...{
      judge: "fake 1",
      promptId: "1",
      a: verdicts.find(({ promptId, b }) => promptId === "1" && b === "z")!.a,
      b: "z",
    },
    winner: "b",
  });
  assertEquals(fake.asked.find(({ a, b }) => a === " x on 1" && b === " z on 1")?.prompt, "Is 1 so?");
});

Deno.test("a job takes some pairs and some prompts, where it is told to", async () => {
  await using app = testApp({ judges: { fake: fakeJudge("fake 1") } });
  const evaluation = await evaluationOf(app, ["x", "y", "z"], 3);
  const { id, total } = await jobOf(app, evaluation, { judge: "fake", pairs: [["z", "x"]], prompts: 2 });
  await settled(app, id);
  assertEquals([total, keysOf(app.store.evaluations.rows(evaluation).verdicts)], [2, ["zx0", "zx1"]]);
});

Deno.test("a job is refused in a sentence where it makes no sense", async () => {
  await using app = testApp({ judges: { fake: fakeJudge("fake 1") }, limits: { comparisons: 5 } });
  const evaluation = await evaluationOf(app, ["x", "y", "z"], 2);
  const cases: readonly [body: object, status: number, detail: string][] = [
    [{ judge: "other" }, 404, 'Expected one of the judges fake but found "other"'],
    [{ judge: "fake", baseURL: "http://h" }, 422, 'the body: Unrecognized key: "baseURL"'],
    [{ judge: "fake", pairs: [["x", "w"]] }, 422, 'pairs: Expected policies of "x", "y", "z" but found "w"'],
    [{ judge: "fake", pairs: [["x", "x"]] }, 422, 'pairs: Expected two policies but found "x" beside itself'],
    [
      { judge: "fake", pairs: [["x", "y"], ["y", "x"]] },
      422,
      'pairs: Expected every pair once but found ["y","x"] twice',
    ],
    [{ judge: "fake" }, 422, "Expected 5 comparisons or fewer but found 6: ask for fewer pairs or prompts"],
  ];
  for (const [body, status, detail] of cases) {
    const response = await app.ask("judge", "POST", `/v1/evaluations/${evaluation}/jobs`, body);
    assertEquals(await told(response), [status, detail]);
  }
  const missing = await app.ask("judge", "POST", "/v1/evaluations/none/jobs", { judge: "fake" });
  assertEquals(await told(missing), [404, "Expected an evaluation but found none of this id"]);
  const responses = [["x", "1"], ["y", "1"], ["y", "2"], ["z", "2"]].map(([policy, promptId]) => {
    return { policy, promptId, prompt: "?", response: "" };
  });
  const apart = await (await app.ask("judge", "POST", "/v1/evaluations", { name: "apart", responses })).json();
  const none = await app.ask("judge", "POST", `/v1/evaluations/${apart.id}/jobs`, {
    ...{ judge: "fake", pairs: [["x", "z"]] },
  });
  assertEquals(await told(none), [422, "Expected prompts that both policies of a pair responded to but found none"]);
  for (const [method, path] of [["GET", ""], ["POST", "/cancel"], ["GET", "/events"]] as const) {
    const response = await app.ask("judge", method, `/v1/jobs/none${path}`);
    assertEquals(await told(response), [404, "Expected a job but found none of this id"]);
  }
  assertEquals(app.store.jobs.list(), []);
});

Deno.test("a request with an Idempotency-Key makes one job, however often and however fast it is sent", async () => {
  const fake = fakeJudge("fake 1");
  await using app = testApp({ judges: { fake } });
  const evaluation = await evaluationOf(app, ["x", "y"], 3);
  const path = `/v1/evaluations/${evaluation}/jobs`;
  const send = (body: object, role: "judge" | "admin" = "judge") =>
    app.ask(role, "POST", path, body, { "idempotency-key": "k" });
  const responses = await Promise.all(Array.from({ length: 20 }, () => send({ judge: "fake" })));
  assertEquals(responses.map(({ status }) => status).sort(), [...Array(19).fill(200), 202]);
  const ids = new Set(await Promise.all(responses.map(async (response) => (await response.json()).id)));
  assertEquals([ids.size, app.store.jobs.list().length], [1, 1]);
  await settled(app, [...ids][0]);
  const replay = await send({ judge: "fake" });
  assertEquals([replay.status, (await replay.json()).state, fake.asked.length], [200, "done", 3]);
  const detail = "Expected the request that this Idempotency-Key named before but found another: take another key";
  assertEquals(await told(await send({ judge: "fake", prompts: 1 })), [422, detail]);
  const other = await evaluationOf(app, ["x", "y"], 3);
  const elsewhere = await app.ask("judge", "POST", `/v1/evaluations/${other}/jobs`, { judge: "fake" }, {
    "idempotency-key": "k",
  });
  assertEquals(elsewhere.status, 422);
  assertEquals((await send({ judge: "fake" }, "admin")).status, 202); // somebody else's key
});

Deno.test("a job asks again only what came to no decision", async () => {
  let broken = true;
  const fake = fakeJudge(
    "fake 1",
    ({ promptId }): Verdict =>
      broken && Number(promptId) % 3 === 0 ? { winner: "invalid", reason: "No answer" } : { winner: "a" },
  );
  await using app = testApp({ judges: { fake } });
  const evaluation = await evaluationOf(app, ["x", "y"], 10);
  const first = await settled(app, (await jobOf(app, evaluation, { judge: "fake" })).id);
  assertEquals([first.state, first.done, first.invalid, fake.asked.length], ["done", 10, 4, 10]);
  broken = false;
  const second = await settled(app, (await jobOf(app, evaluation, { judge: "fake", pairs: [["y", "x"]] })).id);
  assertEquals([second.state, second.done, second.invalid, fake.asked.length], ["done", 10, 0, 14]);
  const { verdicts } = app.store.evaluations.rows(evaluation);
  assertEquals(verdicts.length, 10);
  assertEquals(verdicts.some(({ winner }) => winner === "invalid"), false);
});

Deno.test("jobs of one judge go one after the other, those of two side by side", async () => {
  const free = Promise.withResolvers<void>();
  const one = fakeJudge("one", () => free.promise.then(() => ({ winner: "a" })));
  const two = fakeJudge("two", () => free.promise.then(() => ({ winner: "a" })));
  await using app = testApp({ judges: { one, two } });
  const evaluation = await evaluationOf(app, ["x", "y"], 1);
  const other = await evaluationOf(app, ["x", "y"], 1);
  const ids: string[] = [];
  for (const [where, judge] of [[evaluation, "one"], [other, "one"], [evaluation, "two"]] as const) {
    ids.push((await jobOf(app, where, { judge })).id);
  }
  const states = () => ids.map((id) => app.store.jobs.find(id)!.state);
  await settled(app, ids[2]!, ({ state }) => state === "running");
  await settled(app, ids[0]!, ({ state }) => state === "running");
  assertEquals(states(), ["running", "queued", "running"]);
  free.resolve();
  for (const id of ids) await settled(app, id);
  assertEquals(states(), ["done", "done", "done"]);
});

Deno.test("a job that is cancelled asks no more; what was decided stays", async () => {
  const fake = fakeJudge("fake 1", ({ promptId }, signal) => Number(promptId) < 3 ? { winner: "a" } : never(signal));
  await using app = testApp({ judges: { fake }, clock: () => 5 });
  const evaluation = await evaluationOf(app, ["x", "y"], 9);
  const running = await jobOf(app, evaluation, { judge: "fake" });
  const queued = await jobOf(app, evaluation, { judge: "fake" });
  await settled(app, running.id, ({ done }) => done === 3);
  for (const { id } of [queued, running, running]) {
    const response = await app.ask("judge", "POST", `/v1/jobs/${id}/cancel`);
    const job = await response.json();
    assertEquals([response.status, job.state, job.finished], [200, "cancelled", 5]);
  }
  const next = await jobOf(app, evaluation, { judge: "fake", prompts: 3 }); // the judge is free for the next
  const done = await settled(app, next.id);
  assertEquals([done.state, done.done, fake.asked.length], ["done", 3, 5]);
  assertEquals(app.store.evaluations.rows(evaluation).verdicts.length, 3);
  const late = await app.ask("judge", "POST", `/v1/jobs/${next.id}/cancel`);
  assertEquals(await told(late), [409, "Expected a job at work but found one that is done"]);
});

Deno.test("a job fails with a sentence when nobody can be asked, and with none of ours when something breaks", async () => {
  const logged: unknown[] = [];
  const fatal = fakeJudge("fatal", ({ promptId }) => {
    if (promptId === "2") throw new AskError("Cannot ask m at h: status 401; check the key", "fatal");
    return { winner: "a" };
  });
  const bug = fakeJudge("bug", () => {
    throw new Error("inside");
  });
  await using app = testApp({ judges: { fatal, bug }, log: (entry) => logged.push(entry) });
  const evaluation = await evaluationOf(app, ["x", "y"], 9);
  const failed = await settled(app, (await jobOf(app, evaluation, { judge: "fatal" })).id);
  assertEquals([failed.state, failed.failure], ["failed", "Cannot ask m at h: status 401; check the key"]);
  assertEquals(app.store.evaluations.rows(evaluation).verdicts.length, failed.done);
  const broken = await settled(app, (await jobOf(app, evaluation, { judge: "bug" })).id);
  assertEquals([broken.state, broken.failure], ["failed", "Something went wrong here: the log says what"]);
  assertMatch(JSON.stringify(logged), /inside/);
});

Deno.test("a job ends when its evaluation is deleted, whether it waits or is at work", async () => {
  const free = Promise.withResolvers<void>();
  const fake = fakeJudge("fake 1", async () => {
    await free.promise;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return { winner: "a" };
  });
  await using app = testApp({ judges: { fake } });
  const evaluation = await evaluationOf(app, ["x", "y"], 9);
  const [running, queued] = [
    await jobOf(app, evaluation, { judge: "fake" }),
    await jobOf(app, evaluation, { judge: "fake" }),
  ];
  await settled(app, running.id, ({ state }) => state === "running");
  app.store.evaluations.remove(evaluation);
  for (const { id } of [running, queued]) {
    const { state, failure, finished } = app.store.jobs.find(id)!;
    assertEquals([state, failure, typeof finished], ["cancelled", "The evaluation was deleted", "number"]);
  }
  free.resolve();
  const next = await jobOf(app, await evaluationOf(app, ["x", "y"], 1), { judge: "fake" });
  assertEquals((await settled(app, next.id)).state, "done");
  assertEquals(fake.asked.length <= 2 + 2 + 1, true); // two at a time, and two more until the first could not be written
});

Deno.test("jobs that wait are bounded, for each and for all", async () => {
  const fake = fakeJudge("fake 1", (_, signal) => never(signal));
  await using app = testApp({ judges: { fake }, limits: { jobs: { each: 2, all: 3 } } });
  const evaluation = await evaluationOf(app, ["x", "y"], 1);
  const { id } = await jobOf(app, evaluation, { judge: "fake" }, "k");
  await jobOf(app, evaluation, { judge: "fake" });
  const post = (role: "admin" | "judge", headers?: HeadersInit) =>
    app.ask(role, "POST", `/v1/evaluations/${evaluation}/jobs`, { judge: "fake" }, headers);
  const refused = await post("judge");
  assertEquals([refused.status, refused.headers.get("retry-after")], [429, "60"]);
  assertEquals((await post("judge", { "idempotency-key": "k" })).status, 200); // no other job
  assertEquals((await post("admin")).status, 202);
  assertEquals(
    (await told(await post("admin")))[1],
    "Expected fewer jobs that wait but found 3 of all clients: cancel one, or try again later",
  );
  await app.ask("admin", "POST", `/v1/jobs/${id}/cancel`);
  assertEquals((await post("judge")).status, 202);
});

Deno.test("a job of a judge that never waits lets others be answered, and writes in parts", async () => {
  const fake = fakeJudge("fake 1");
  await using app = testApp({ judges: { fake } });
  const evaluation = await evaluationOf(app, ["x", "y"], 1000);
  const { id } = await jobOf(app, evaluation, { judge: "fake" });
  const seen = new Set<number>();
  await settled(app, id, ({ state, done }) => seen.add(done) && state === "done");
  assertEquals(seen.size > 2, true);
});

Deno.test("a job whose verdicts cannot be written fails, and stops asking", async () => {
  const store = openStore(":memory:");
  const full = () => {
    throw new Error("disk is full");
  };
  const fake = fakeJudge("fake 1", ({ promptId }, signal) => promptId === "0" ? { winner: "a" } : never(signal));
  const logged: unknown[] = [];
  await using app = testApp({
    store: { ...store, jobs: { ...store.jobs, write: full }, [Symbol.dispose]: () => store[Symbol.dispose]() },
    ...{ judges: { fake }, log: (entry) => logged.push(entry) },
  });
  const job = await jobOf(app, await evaluationOf(app, ["x", "y"], 5), { judge: "fake" });
  const { state, failure } = await settled(app, job.id);
  assertEquals([state, failure], ["failed", "Something went wrong here: the log says what"]);
  assertMatch(JSON.stringify(logged), /disk is full/);
});
