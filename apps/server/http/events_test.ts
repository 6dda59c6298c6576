import { assertEquals, assertRejects } from "@std/assert";
import { Hono } from "hono";
import type { Env } from "./env.ts";
import { type ServerEvent, type StreamOptions, streams } from "./events.ts";
import { Problem } from "./problem.ts";

/** Asks for a stream as the bearer of a token. */
function opener(options: Partial<StreamOptions> = {}) {
  const closing = new AbortController();
  const failed: unknown[] = [];
  const open = streams({
    ...{ bounds: { each: 2, all: 3 }, heartbeat: 60_000, closing: closing.signal },
    logError: (error) => failed.push(error),
    ...options,
  });
  const ask = async (source: (signal: AbortSignal) => AsyncIterable<ServerEvent>, token = "t") => {
    const app = new Hono<Env>();
    app.get("/", (c) => {
      c.set("principal", { role: "admin", token, by: "token" });
      return open(c, source);
    });
    app.onError((error) => {
      throw error;
    });
    return await app.request("/");
  };
  return { ask, closing, failed };
}

const ended = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });

async function* waits(signal: AbortSignal): AsyncGenerator<ServerEvent> {
  yield { event: "hello", data: 1 };
  await ended(signal);
}

Deno.test("streams() sends events with ids, and ends when the source does", async () => {
  const { ask } = opener();
  const response = await ask(async function* () {
    yield { id: "1", event: "progress", data: { text: "a\nb\u2028" } };
    yield { event: "done", data: null };
  });
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  assertEquals(
    await response.text(),
    'id: 1\nevent: progress\ndata: {"text":"a\\nb\u2028"}\n\nevent: done\ndata: null\n\n',
  );
});

Deno.test("streams() ends streams that wait when the app closes", async () => {
  const { ask, closing } = opener();
  const response = await ask(waits);
  const text = response.text();
  closing.abort();
  await text;
  assertEquals(await (await ask(waits)).text(), ""); // also those that come later
});

Deno.test("streams() tells the source that the client left, and gives its place to another", async () => {
  const { ask } = opener();
  let told: AbortSignal | undefined;
  const source = (signal: AbortSignal) => waits(told = signal);
  for (let i = 0; i < 5; i++) {
    const response = await ask(source);
    await response.body!.cancel();
    assertEquals(told!.aborted, true);
  }
});

Deno.test("streams() has so many for each principal, and so many in all", async () => {
  const { ask, closing } = opener();
  await ask(waits, "x");
  const second = await ask(waits, "x");
  const problem = await assertRejects(() => ask(waits, "x"), Problem, "found 2 of yours");
  assertEquals([problem.status, problem.options.headers], [429, { "retry-after": "5" }]);
  await ask(waits, "y");
  await assertRejects(() => ask(waits, "z"), Problem, "found 3 of all clients");
  await second.body!.cancel();
  await second.body!.cancel(); // leaves one place, not two
  await ask(waits, "z");
  await assertRejects(() => ask(waits, "z"), Problem, "found 3 of all clients");
  closing.abort();
});

Deno.test("streams() shows that a silent stream lives, also where the source never says anything", async () => {
  const { ask, closing } = opener({ heartbeat: 1 });
  const reader = (await ask(waits)).body!.getReader();
  await reader.read();
  for (let i = 0; i < 2; i++) assertEquals(new TextDecoder().decode((await reader.read()).value), ":\n\n");
  closing.abort();
});

Deno.test("streams() asks for no event that the client has no room for", async () => {
  const { ask, closing } = opener();
  let [given, over] = [0, false];
  await ask(async function* () {
    try {
      while (true) yield { event: "n", data: given++ };
    } finally {
      over = true;
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(given <= 2, true);
  closing.abort();
  await Promise.resolve();
  assertEquals(over, true); // though it stood at a yield
});

Deno.test("streams() breaks off and tells the log when a source fails, and leaves the place", async () => {
  const { ask, failed } = opener();
  for (let i = 0; i < 4; i++) {
    const response = await ask(async function* () {
      yield { event: "a", data: 1 };
      throw new Error("broken");
    });
    await assertRejects(() => response.text(), Error, "broken");
  }
  assertEquals(failed.length, 4);
});
