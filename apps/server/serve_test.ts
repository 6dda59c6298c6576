import { assertEquals, assertMatch } from "@std/assert";
import type { App } from "./app.ts";
import { serve } from "./serve.ts";

/** An app that a function is. */
function appOf(fetch: App["fetch"], close: App["close"] = () => Promise.resolve()): App {
  return { fetch, close, openapi: () => ({}) };
}

/** Asks a server, and stops it when the question has arrived. */
async function stopped(
  answer: (request: Request) => Promise<Response>,
  grace?: number,
): Promise<() => Promise<string>> {
  const [stop, listens] = [new AbortController(), Promise.withResolvers<number>()];
  const app = appOf((request) => {
    stop.abort();
    return answer(request);
  });
  const served = serve(app, { port: 0, signal: stop.signal, grace, onListen: ({ port }) => listens.resolve(port) });
  const text = fetch(`http://127.0.0.1:${await listens.promise}`).then((response) => response.text());
  text.catch(() => {});
  await served;
  return () => text;
}

Deno.test("serve() answers what is under way when it is stopped", async () => {
  const text = await stopped(async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return new Response("done");
  });
  assertEquals(await text(), "done");
});

Deno.test("serve() ends although an answer never comes, and an app that never closes", async () => {
  const never = new Promise<never>(() => {});
  assertMatch(
    await (await stopped(() => never, 20))(),
    /"status":503,"detail":"Expected a server at work but it closes/,
  );
  const stop = new AbortController();
  const app = appOf(() => never, () => never);
  await serve(app, { port: 0, signal: stop.signal, grace: 20, onListen: () => stop.abort() });
});
