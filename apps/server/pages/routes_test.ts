import { assert, assertEquals } from "@std/assert";
import { origin, testApp } from "../fakes.ts";
import { contentSecurityPolicy } from "../http/policy.ts";
import { assets } from "./assets.ts";

Deno.test("pages and what they load are served with their types and the app's own policy, to anybody", async () => {
  await using server = testApp();
  assert("/annotate" in assets && "/login" in assets);
  for (const [path, { body, type }] of Object.entries(assets)) {
    const response = await server.ask(undefined, "GET", path);
    const shown = ["content-type", "cache-control", "content-security-policy"].map((name) =>
      response.headers.get(name)
    );
    assertEquals([response.status, ...shown], [200, type, "no-cache", contentSecurityPolicy]);
    assertEquals(await response.text(), body);
  }
  const head = await server.ask(undefined, "HEAD", "/annotate");
  assertEquals([head.status, await head.text()], [200, ""]);
  for (const path of ["/assets/none.js", "/assets/", "/assets/../annotate/annotate.js", "/annotate/"]) {
    assertEquals((await server.ask(undefined, "GET", path)).status, 404, path);
  }
  const elsewhere = await server.app.fetch(new Request("http://evil.example/annotate"));
  assertEquals(elsewhere.status, 421);
});

Deno.test("what a browser has already is not sent again", async () => {
  await using server = testApp();
  const { etag } = assets["/annotate"]!;
  const ask = (tags: string) => server.ask(undefined, "GET", "/annotate", undefined, { "if-none-match": tags });
  for (const tags of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const response = await ask(tags);
    assertEquals([response.status, await response.text()], [304, ""]);
    assertEquals([response.headers.get("etag"), response.headers.get("cache-control")], [etag, "no-cache"]);
  }
  for (const tags of ['"other"', "", "*".repeat(9)]) {
    const response = await ask(tags);
    assertEquals(response.status, 200);
    await response.body?.cancel();
  }
});

Deno.test("a room full of annotators behind one address gets its pages at once", async () => {
  const rate = { perSecond: 1, burst: 1 };
  const rates = { admin: rate, judge: rate, rewards: rate, annotator: rate, local: rate, anyone: rate };
  await using server = testApp({ clock: () => 0, limits: { rates } });
  for (let i = 0; i < 50; i++) {
    const request = new Request(`${origin}/assets/client.js`);
    assertEquals((await server.app.fetch(request)).status, 200);
  }
});
