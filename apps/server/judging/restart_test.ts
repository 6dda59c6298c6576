import { assertEquals } from "@std/assert";
import type { Verdict } from "@tare/eval";
import { testApp } from "../fakes.ts";
import { openJudges } from "./open_judges.ts";
import { openStore } from "../store/store.ts";
import { completion, evaluationOf, fakeJudge, hasty, jobOf, never, serveModel, settled } from "./fakes.ts";

/** A data folder that is gone afterwards. */
async function folder() {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

Deno.test("jobs go on when the app starts again, and ask nothing twice", async () => {
  await using data = await folder();
  const decided = (promptId: string): Verdict =>
    promptId === "1" ? { winner: "invalid", reason: "It cannot say" } : { winner: "a" };
  const first = fakeJudge("fake 1", ({ promptId }, signal) => Number(promptId) < 4 ? decided(promptId) : never(signal));
  const before = testApp({ store: openStore(data.path), judges: { fake: first } });
  const evaluation = await evaluationOf(before, ["x", "y"], 9);
  const other = await evaluationOf(before, ["x", "y"], 2);
  const [running, queued] = [
    await jobOf(before, evaluation, { judge: "fake" }),
    await jobOf(before, other, { judge: "fake" }),
  ];
  await settled(before, running.id, ({ done }) => done === 4);
  await before.app.close();
  assertEquals(before.store.jobs.list().map(({ state, done }) => [state, done]), [["queued", 0], ["running", 4]]);
  before.store[Symbol.dispose]();

  const second = fakeJudge("fake 1", ({ promptId }) => decided(promptId));
  await using after = testApp({ store: openStore(data.path), judges: { fake: second } });
  const done = await settled(after, running.id);
  assertEquals([done.state, done.done, done.total, done.invalid], ["done", 9, 9, 1]);
  assertEquals((await settled(after, queued.id)).state, "done");
  assertEquals(second.asked.length, 5 + 2); // nor what came to no decision: another job may
  assertEquals(after.store.evaluations.rows(evaluation).verdicts.length, 9);
});

Deno.test("jobs of a judge that is gone, or is another one by now, fail with a sentence", async () => {
  await using data = await folder();
  const hangs = (id: string) => fakeJudge(id, (_, signal) => never(signal));
  const before = testApp({ store: openStore(data.path), judges: { gone: hangs("gone 1"), other: hangs("other 1") } });
  const evaluation = await evaluationOf(before, ["x", "y"], 1);
  const ids = [];
  for (const judge of ["gone", "other"]) ids.push((await jobOf(before, evaluation, { judge })).id);
  await before.app.close();
  before.store[Symbol.dispose]();
  await using after = testApp({ store: openStore(data.path), judges: { other: hangs("other 2") } });
  const [gone, other] = [await settled(after, ids[0]!), await settled(after, ids[1]!)];
  assertEquals([gone.state, gone.failure], [
    "failed",
    "Expected the judge gone to be gone 1 but found none by that name: make another job",
  ]);
  assertEquals([other.state, other.failure], [
    "failed",
    "Expected the judge other to be other 1 but found other 2 by that name: make another job",
  ]);
});

Deno.test("a job with a server that fails now and then has every verdict, and another job asks only what is left", async () => {
  let broken = true;
  await using server = await serveModel((content, request) => {
    if (request % 7 === 3) return new Response("busy", { status: 429, headers: { "retry-after-ms": "1" } });
    if (broken && /Is [25] so/.test(content)) return completion("I cannot say {");
    if (broken && content.includes("Is 3 so")) return new Response(null, { status: 307, headers: { location: "/" } });
    return completion();
  });
  const store = openStore(":memory:");
  const gpt = { model: "m", baseURL: server.baseURL };
  const judges = openJudges({ judges: { gpt } }, { calls: store.calls, env: () => undefined, clock: hasty });
  await using app = testApp({ store, judges });
  const evaluation = await evaluationOf(app, ["x", "y"], 8);
  const first = await settled(app, (await jobOf(app, evaluation, { judge: "gpt" })).id);
  assertEquals([first.state, first.done, first.invalid], ["done", 8, 3]);
  broken = false;
  const asked = server.requests.length;
  const second = await settled(app, (await jobOf(app, evaluation, { judge: "gpt" })).id);
  assertEquals([second.state, second.done, second.invalid], ["done", 8, 0]);
  const later = server.requests.slice(asked).map(({ content }) => /Is (\d) so/.exec(content)![1]!);
  assertEquals([...new Set(later)].sort(), ["2", "3", "5"]);
  assertEquals(store.calls.spent().tries, server.requests.length);
  assertEquals(
    (await (await app.ask("judge", "GET", "/v1/judges")).json()).judges[0].spent.tries,
    server.requests.length,
  );
});

Deno.test("a job fails when the server takes no key, and keeps what it had", async () => {
  await using server = await serveModel(() =>
    Response.json({ error: { message: "No such key: k-1" } }, { status: 401 })
  );
  const store = openStore(":memory:");
  const gpt = { model: "m", baseURL: server.baseURL, apiKeyEnv: "KEY" };
  const judges = openJudges({ judges: { gpt } }, { calls: store.calls, env: () => "k-1" });
  await using app = testApp({ store, judges });
  const { id } = await jobOf(app, await evaluationOf(app, ["x", "y"], 50), { judge: "gpt" });
  const { state, failure } = await settled(app, id);
  assertEquals([state, /status 401.*check the key/.test(failure!), failure!.includes("k-1")], ["failed", true, false]);
  assertEquals(server.requests.length <= 16, true); // no more than both games of the 8 comparisons under way
});
