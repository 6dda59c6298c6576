import { assertEquals, assertStringIncludes } from "@std/assert";
import { type TestApp, testApp } from "../fakes.ts";
import { responsesOf, startStudy, votes } from "./fakes.ts";
import { watch } from "./watch.ts";

async function made(app: TestApp): Promise<string> {
  return (await (await app.ask("admin", "POST", "/v1/evaluations", { name: "tea", responses: responsesOf(3) })).json())
    .id;
}

/** Reads a stream up to its next event. */
async function nextEvent(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value, done } = await reader.read();
  return done ? "end" : new TextDecoder().decode(value);
}

Deno.test("watch() gives a version when it is another, nothing in between, and ends with the thing or the signal", async () => {
  const versions = ["1", "1", "2", "2", "3", undefined];
  const found = await Array.fromAsync(watch({
    version: () => Promise.resolve(versions.shift()),
    every: 1,
    signal: new AbortController().signal,
    known: "1",
  }));
  assertEquals(found, [undefined, undefined, "2", undefined, "3"]);
  const stop = new AbortController();
  for await (const _ of watch({ version: () => Promise.resolve("1"), every: 60_000, signal: stop.signal })) {
    stop.abort();
  }
});

Deno.test("events tell of the present version and of votes, and end when the evaluation is dropped", async () => {
  await using app = testApp();
  const id = await made(app);
  const path = `/v1/evaluations/${id}/events`;
  const stream = await app.ask("admin", "GET", path);
  assertEquals(stream.headers.get("content-type"), "text/event-stream");
  const reader = stream.body!.getReader();
  assertEquals(await nextEvent(reader), "event: changed\ndata: 0\nid: 0\n\n");
  await votes(await startStudy(app.store, id), "ann", 2);
  assertStringIncludes(await nextEvent(reader), "event: changed\ndata: 0-2/6\n");
  assertEquals((await app.ask("admin", "DELETE", `/v1/evaluations/${id}`)).status, 204);
  assertStringIncludes(await nextEvent(reader), "event: deleted");
  assertEquals(await nextEvent(reader), "end");
  assertEquals((await app.ask("admin", "GET", path)).status, 404);
});

Deno.test("streams are bounded for each principal, free when they are left, and end when the app closes", async () => {
  await using app = testApp();
  const path = `/v1/evaluations/${await made(app)}/events`;
  const streams = await Promise.all(Array.from({ length: 13 }, () => app.ask("admin", "GET", path)));
  assertEquals(streams.map(({ status }) => status).sort(), [...Array(12).fill(200), 429]);
  const open = streams.filter(({ ok }) => ok).map(({ body }) => body!.getReader());
  for (const reader of open) await nextEvent(reader);
  await open.pop()!.cancel();
  await new Promise((resolve) => setTimeout(resolve));
  const another = await app.ask("admin", "GET", path);
  assertEquals(another.status, 200);
  open.push(another.body!.getReader());
  await app.app.close();
  for (const reader of open) while (await nextEvent(reader) !== "end");
});

Deno.test("dropping an evaluation drops verdicts, study, votes and invitations", async () => {
  await using app = testApp();
  const id = await made(app);
  await votes(await startStudy(app.store, id), "ann", 2);
  app.store.access.invite({ study: id, annotator: "ann", created: 0, expires: 1 });
  assertEquals((await app.ask("judge", "DELETE", `/v1/evaluations/${id}`)).status, 403);
  assertEquals((await app.ask("admin", "DELETE", `/v1/evaluations/${id}`)).status, 204);
  assertEquals(app.store.evaluations.rows(id), { responses: [], verdicts: [] });
  assertEquals([await app.store.studies.names(), app.store.access.invitations(id)], [[], []]);
  assertEquals((await app.ask("admin", "DELETE", `/v1/evaluations/${id}`)).status, 404);
  assertEquals(
    (await app.ask("admin", "POST", "/v1/evaluations", { name: "tea", responses: responsesOf(3) })).status,
    201,
  );
});
