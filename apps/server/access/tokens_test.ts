import { assert, assertEquals } from "@std/assert";
import { origin, testApp } from "../fakes.ts";
import { openStore } from "../store/store.ts";
import { firstToken } from "./first_token.ts";

Deno.test("tokens are made, work for their role, are listed without their secrets, and revoked", async () => {
  await using server = testApp({ clock: () => 7 });
  const made = await server.ask("admin", "POST", "/v1/tokens", { name: "cluster", role: "judge" });
  const { id, secret } = await made.json();
  assertEquals([made.status, secret.length], [201, 43]);
  const as = async (path: string) => {
    const headers = { authorization: `Bearer ${secret}` };
    return (await server.app.fetch(new Request(`${origin}${path}`, { headers }))).status;
  };
  assertEquals([await as("/v1/evaluations"), await as("/v1/tokens")], [200, 403]);
  const list = await (await server.ask("admin", "GET", "/v1/tokens")).text();
  assertEquals(JSON.parse(list).tokens.at(-1), { id, name: "cluster", role: "judge", created: 7 });
  assert(!list.includes(secret));
  const revoke = () => server.ask("admin", "DELETE", `/v1/tokens/${id}`);
  assertEquals([(await revoke()).status, (await revoke()).status, await as("/v1/evaluations")], [204, 404, 401]);
  for (const body of [{ name: "", role: "judge" }, { name: "x\n", role: "judge" }, { name: "x", role: "annotator" }]) {
    assertEquals((await server.ask("admin", "POST", "/v1/tokens", body)).status, 422);
  }
});

Deno.test("the last admin's token cannot be revoked, whatever other tokens there are", async () => {
  await using server = testApp();
  const ids = server.store.access.tokens().map(({ id }) => id);
  const mine = server.store.access.tokenOf(server.tokens.admin)!.id;
  assertEquals((await server.ask("admin", "DELETE", `/v1/tokens/${mine}`)).status, 409);
  for (const id of ids) {
    if (id !== mine) assertEquals((await server.ask("admin", "DELETE", `/v1/tokens/${id}`)).status, 204);
  }
  await server.ask("admin", "POST", "/v1/tokens", { name: "other", role: "admin" });
  assertEquals((await server.ask("admin", "DELETE", `/v1/tokens/${mine}`)).status, 204);
  assertEquals((await server.ask("admin", "GET", "/v1/tokens")).status, 401);
});

Deno.test("firstToken() makes an admin's token where there is none, and again when it is gone", () => {
  using store = openStore(":memory:");
  store.access.addToken({ name: "cluster", role: "rewards", created: 0 });
  const secret = firstToken(store.access, () => 7)!;
  const { id, ...token } = store.access.tokenOf(secret)!;
  assertEquals(token, { name: "first", role: "admin", created: 7 });
  assertEquals(firstToken(store.access), undefined);
  store.access.revokeToken(id);
  assertEquals(firstToken(store.access)?.length, 43);
});
