import { assertEquals, assertStringIncludes } from "@std/assert";
import { type TestApp, testApp } from "../fakes.ts";
import { responsesOf, startStudy, votes } from "./fakes.ts";

async function made(app: TestApp): Promise<string> {
  return (await (await app.ask("admin", "POST", "/v1/evaluations", { name: "tea", responses: responsesOf(3) })).json())
    .id;
}

/** Reads a stream up to its next event. */
async function nextEvent(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  const { value, done } = await reader.read();
  return done ? "end" : new TextDecoder().decode(value);
}

Deno.test("events tell of the present version and of votes, and end when the evaluation is dropped", async () => {
  await using app = testApp();
  const id = await made(app);
  const path = `/v1/evaluations/${id}/events`;
  const stream = await app.ask("admin", "GET", path);
  assertEquals(stream.headers.get("content-type"), "text/event-stream");
  const reader = stream.body!.getReader();
  assertEquals(await nextEvent(reader), 'id: 0\nevent: changed\ndata: {"version":"0"}\n\n');
  const study = { instructions: "Which is better?", overlap: 2 };
  assertEquals((await app.ask("admin", "POST", `/v1/evaluations/${id}/study`, study)).status, 201);
  assertStringIncludes(await nextEvent(reader), 'data: {"version":"0-0/6"}\n');
  assertEquals((await app.ask("admin", "DELETE", `/v1/evaluations/${id}`)).status, 204);
  assertStringIncludes(await nextEvent(reader), "event: deleted");
  assertEquals(await nextEvent(reader), "end");
  assertEquals((await app.ask("admin", "GET", path)).status, 404);
});

Deno.test("a stream ends with the token of who opened it", async () => {
  await using app = testApp();
  const id = await made(app);
  const { id: token, secret } = app.store.access.addToken({ name: "other", role: "admin", created: 0 });
  const stream = await app.ask(undefined, "GET", `/v1/evaluations/${id}/events`, undefined, {
    authorization: `Bearer ${secret}`,
    "last-event-id": "0",
  });
  const reader = stream.body!.getReader();
  app.store.access.revokeToken(token);
  const study = { instructions: "Which is better?", overlap: 2 };
  assertEquals((await app.ask("admin", "POST", `/v1/evaluations/${id}/study`, study)).status, 201);
  assertEquals(await nextEvent(reader), "end", "what is new is not for it");
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
