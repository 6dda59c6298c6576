import { assertEquals } from "@std/assert";
import { origin, testApp } from "../fakes.ts";

function scoring() {
  const score = Object.assign((rows: readonly unknown[]) => Promise.resolve(rows.map(() => 1)), { id: "fake" });
  const app = testApp({ score, missing: "raw", trustLocal: true });
  const ask = async (headers: HeadersInit, hostname = "127.0.0.1") => {
    const sent = { "content-type": "application/json", ...Object.fromEntries(new Headers(headers)) };
    const request = new Request(`${origin}/get_reward`, { method: "POST", headers: sent, body: '{"query":"x"}' });
    const answer = await app.app.fetch(request, { remoteAddr: { hostname } });
    await answer.body?.cancel();
    return answer.status;
  };
  return { app, ask };
}

Deno.test("who shows a token is who it says, and nobody where it says nothing", async () => {
  const { app, ask } = scoring();
  await using _ = app;
  const { rewards, judge } = app.tokens;
  const cases: readonly (readonly [authorization: string, status: number])[] = [
    [`Bearer ${rewards}`, 200],
    [`bEARER   ${rewards}`, 200],
    [`Bearer ${judge}`, 403],
    [`Bearer ${rewards.toLowerCase()}`, 401],
    [`Bearer ${rewards}x`, 401],
    [`Bearer ${rewards}, Bearer ${rewards}`, 401],
    [`Bearer ${judge}, Bearer ${rewards}`, 401],
    [`Bearer ${rewards} x`, 401],
    ["Bearer", 401],
    ["Bearer ", 401],
    ["Bearer  null", 401],
    ["Basic eDp5", 200], // a proxy's; it is no token of ours, and the process is of this machine
  ];
  for (const [authorization, status] of cases) assertEquals(await ask({ authorization }), status, authorization);
});

Deno.test("a process of this machine is one that no proxy speaks for", async () => {
  const { app, ask } = scoring();
  await using _ = app;
  for (const address of ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"]) {
    assertEquals(await ask({}, address), 200);
  }
  for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "1270.0.0.1", "", "localhost.evil.example"]) {
    assertEquals(await ask({}, address), 401, address);
  }
  const proxies = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"];
  for (const name of [...proxies, "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-cluster-client-ip"]) {
    assertEquals(await ask({ [name]: "127.0.0.1" }), 401, name);
  }
});
