import { assertEquals } from "@std/assert";
import { createApp } from "../app.ts";
import { serve } from "../serve.ts";
import { openStore } from "../store/store.ts";
import { fakeJudge, never } from "./fakes.ts";

/** An app over a real socket. */
async function served(judges: Parameters<typeof createApp>[0]["judges"]) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const origin = `http://127.0.0.1:${port}`;
  const store = openStore(":memory:");
  const app = createApp({ store, judges, origins: [origin], limits: { streams: { each: 1, all: 1 } } });
  const { secret } = store.access.addToken({ name: "t", role: "judge", created: 0 });
  const stop = new AbortController();
  const listens = Promise.withResolvers<void>();
  const over = serve(app, { port, signal: stop.signal, onListen: () => listens.resolve() });
  await listens.promise;
  const ask = (method: string, path: string, body?: object, signal?: AbortSignal) =>
    fetch(`${origin}${path}`, {
      ...{ method, signal, body: body && JSON.stringify(body) },
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    });
  return {
    ...{ ask, store },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await over;
      store[Symbol.dispose]();
    },
  };
}

Deno.test("a client that hangs up ends the judgement that it waited for", async () => {
  const [asked, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const fake = fakeJudge("fake 1", (_, signal) => {
    asked.resolve();
    return never(signal).finally(ended.resolve);
  });
  await using app = await served({ fake });
  const leave = new AbortController();
  const body = { judge: "fake", prompt: "Tea?", a: "x", b: "y" };
  const response = app.ask("POST", "/v1/judgements", body, leave.signal).catch(() => "left");
  await asked.promise;
  leave.abort();
  assertEquals(await response, "left");
  await ended.promise; // a minute before its time
});

Deno.test("a client that hangs up leaves its stream to the next, and a stream ends when the server does", async () => {
  const fake = fakeJudge("fake 1", (_, signal) => never(signal));
  let rest: Promise<string>;
  {
    await using app = await served({ fake });
    const responses = ["x", "y"].map((policy) => ({ policy, promptId: "1", prompt: "?", response: policy }));
    app.store.evaluations.create({ id: "e", name: "e", created: 0 }, { responses, verdicts: [] });
    const { id } = await (await app.ask("POST", "/v1/evaluations/e/jobs", { judge: "fake" })).json();
    const leave = new AbortController();
    const first = await app.ask("GET", `/v1/jobs/${id}/events`, undefined, leave.signal);
    assertEquals([first.status, first.headers.get("cache-control")], [200, "no-store"]);
    leave.abort();
    let next = await app.ask("GET", `/v1/jobs/${id}/events`);
    while (next.status === 429) {
      await next.body!.cancel();
      await new Promise((resolve) => setTimeout(resolve, 5));
      next = await app.ask("GET", `/v1/jobs/${id}/events`);
    }
    rest = next.text();
  }
  assertEquals((await rest).includes("event: progress"), true);
});
