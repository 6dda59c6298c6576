import { assert, assertEquals } from "@std/assert";
import { generateSignedCookie } from "hono/cookie";
import { origin, testApp } from "../fakes.ts";
import { browserOf, given, studyApp } from "../human/fakes.ts";

Deno.test("a browser signs in by an admin's token and out again", async () => {
  await using app = await studyApp(1);
  const browser = app.browser();
  const signIn = (token: unknown) => browser.ask("POST", "/v1/login", { token });
  for (const wrong of ["x".repeat(43), "", app.tokens.judge, app.tokens.rewards]) {
    const { status, body, headers } = await signIn(wrong);
    assertEquals([status, body.detail, headers.getSetCookie()], [
      401,
      "Expected an admin's token but found another text",
      [],
    ]);
  }
  const { status, headers } = await signIn(app.tokens.admin);
  const cookie = headers.get("set-cookie")!;
  assertEquals(status, 204);
  assert(["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"].every((part) => cookie.includes(part)), cookie);
  assert(!cookie.includes(app.tokens.admin));
  assertEquals((await browser.ask("GET", "/v1/tokens")).status, 200);
  app.clock.now += 12 * 3_600_000;
  assertEquals((await browser.ask("GET", "/v1/tokens")).status, 401, "after half a day");
  await signIn(app.tokens.admin);
  assertEquals((await browser.ask("DELETE", "/v1/login")).status, 204);
  assertEquals([browser.cookies.size, (await browser.ask("GET", "/v1/tokens")).status], [0, 401]);
});

Deno.test("a browser is signed out when the token it signed in by is revoked", async () => {
  await using app = await studyApp(1);
  const browser = app.browser();
  const { id, secret } = app.store.access.addToken({ name: "other", role: "admin", created: 0 });
  await browser.ask("POST", "/v1/login", { token: secret });
  assertEquals((await browser.ask("DELETE", `/v1/tokens/${id}`)).status, 204);
  assertEquals((await browser.ask("GET", "/v1/tokens")).status, 401);
});

Deno.test("cookies that are changed, cut, or another kind's are none", async () => {
  await using app = await studyApp(2);
  const [ann, admin] = [await app.annotator("ann"), app.browser()];
  await given(ann);
  await admin.ask("POST", "/v1/login", { token: app.tokens.admin });
  const [mine, theirs] = [ann.cookies.get("tare_annotator")!, admin.cookies.get("tare_admin")!];
  const statusOf = async (name: string, value: string) => {
    const browser = app.browser();
    browser.cookies.set(name, value);
    return (await browser.ask("GET", name === "tare_admin" ? "/v1/tokens" : "/v1/session")).status;
  };
  assertEquals([await statusOf("tare_annotator", mine), await statusOf("tare_admin", theirs)], [200, 200]);
  const later = (value: string) => value.replace(/~(\d+)\./, (_, until) => `~${Number(until) + 1}.`);
  assert(later(mine) !== mine);
  const other = app.store.access.invite({ study: app.id, annotator: "bob", created: 0, expires: 2e6 }).id;
  const cases: readonly [name: string, value: string][] = [
    ["tare_annotator", theirs], // an admin's under the annotator's name, and the other way round
    ["tare_admin", mine],
    ["tare_annotator", mine.replace("~annotator~", "~admin~")],
    ["tare_admin", theirs.replace("~admin~", "~annotator~")],
    ["tare_annotator", later(mine)],
    ["tare_annotator", mine.replace(/^[^~]+/, other)],
    ["tare_annotator", mine.slice(0, -1)],
    ["tare_annotator", mine.split(".")[0]!],
    ["tare_annotator", `${other}~annotator~9999999999999.`],
    ["tare_annotator", other],
    ["tare_annotator", ""],
  ];
  // The kind is signed too: not even an admin's own id, signed for an annotator, makes an admin.
  const signed = async (value: string) => {
    const cookie = await generateSignedCookie("x", value, app.store.access.cookieSecret);
    return cookie.slice("x=".length).split(";")[0]!;
  };
  const admins = theirs.split("~")[0]!;
  assertEquals(await statusOf("tare_admin", await signed(`${admins}~admin~9999999999999`)), 200);
  for (const kind of ["annotator", "", "__proto__"]) {
    assertEquals(await statusOf("tare_admin", await signed(`${admins}~${kind}~9999999999999`)), 401, kind);
  }
  for (const [name, value] of cases) assertEquals(await statusOf(name, value), 401, `${name}=${value}`);
  for (let i = 0; i < mine.length; i += 7) {
    const changed = mine.slice(0, i) + (mine[i] === "A" ? "B" : "A") + mine.slice(i + 1);
    assertEquals(await statusOf("tare_annotator", changed), 401, changed);
  }
});

Deno.test("where browsers come by https, cookies go by nothing else, also behind a proxy that speaks http", async () => {
  const origin = "https://eval.example.org";
  await using server = testApp({ origins: [origin] });
  const browser = browserOf((request) => {
    const { method, headers, body } = request;
    return server.app.fetch(new Request(request.url.replace("https:", "http:"), { method, headers, body }));
  }, origin);
  const { headers } = await browser.ask("POST", "/v1/login", { token: server.tokens.admin });
  assert(/^__Host-tare_admin=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/.test(headers.get("set-cookie")!));
  assertEquals((await browser.ask("GET", "/v1/tokens")).status, 200);
  const plain = browserOf((request) => server.app.fetch(request), origin);
  plain.cookies.set("tare_admin", browser.cookies.get("__Host-tare_admin")!);
  assertEquals(
    (await plain.ask("GET", "/v1/tokens")).status,
    401,
    "a cookie that another site of the domain could set",
  );
  await browser.ask("DELETE", "/v1/login");
  assertEquals([...browser.cookies], []);
});

Deno.test("guessing at sign-in is slow", async () => {
  const rate = { perSecond: 1, burst: 3 };
  const rates = { admin: rate, judge: rate, rewards: rate, annotator: rate, local: rate, anyone: rate };
  await using server = testApp({ clock: () => 0, limits: { rates } });
  const guess = () => {
    const [headers, body] = [{ "content-type": "application/json" }, JSON.stringify({ token: "x" })];
    return server.app.fetch(new Request(`${origin}/v1/login`, { method: "POST", headers, body }));
  };
  const statuses = [];
  for (let n = 0; n < 5; n++) statuses.push((await guess()).status);
  assertEquals(statuses, [401, 401, 401, 429, 429]);
});
