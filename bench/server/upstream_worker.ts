/** The server of `upstream.ts`: one pass at a time, 20 ms each. */
/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { scoreOf } from "./upstream.ts";

let pass: Promise<void> = Promise.resolve();

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => self.postMessage(`http://127.0.0.1:${port}/get_reward`),
}, async (request) => {
  const { query } = await request.json() as { query: string[] };
  await (pass = pass.then(() => new Promise((resolve) => setTimeout(resolve, 20))));
  return Response.json({ rewards: query.map(scoreOf) });
});
