import { assertEquals, assertStringIncludes } from "@std/assert";
import { Hono } from "hono";
import type { Principal } from "../access/principal.ts";
import { bodies } from "./body.ts";
import type { Env } from "./env.ts";
import { Problem, problemResponse } from "./problem.ts";

const admin: Principal = { role: "admin", token: "t", by: "token" };

/** Sends bodies to an app that answers with their length, once it is let go on. */
function echo(limits = { bytes: 1e6, milliseconds: 1_000 }, principal: Principal = admin, go = Promise.resolve()) {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    c.set("principal", principal);
    await next();
  });
  app.use(bodies(limits));
  app.all("/", async (c) => {
    const text = await c.req.text();
    await go;
    return c.text(`${text.length}`);
  });
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error, "r");
    throw error;
  });
  return async (body: BodyInit, headers: HeadersInit = {}, method = "POST") => {
    const response = await app.request(new Request("http://127.0.0.1/", { method, body, headers }));
    const text = await response.text();
    return response.ok ? text : [response.status, JSON.parse(text).detail];
  };
}

/** A body in pieces; it goes on with nothing if it does not end. */
function pieces(texts: readonly string[], end: "ends" | "hangs" | "fails"): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
      if (end === "ends") controller.close();
      if (end === "fails") controller.error(new Error("BadResource: 127.0.0.1"));
    },
  });
}

Deno.test("bodies() counts bytes, whatever the client says of the length", async () => {
  const ask = echo({ bytes: 10, milliseconds: 1_000 });
  const long = [413, "Expected a body of 10 bytes or less but found a longer one: send it in parts"];
  assertEquals(await ask("0123456789"), "10");
  assertEquals(await ask("0123456789a"), long);
  assertEquals(await ask("a", { "content-length": "11" }), long);
  assertEquals(await ask("0123456789a", { "content-length": "1" }), long);
  assertEquals(await ask(pieces(["01234", "56789", "a"], "hangs")), long, "it is not waited for the end");
  assertEquals(await ask("ä".repeat(6)), long);
});

Deno.test("bodies() takes little from people and from who shows no token", async () => {
  const roles: readonly (readonly [Principal, taken: boolean])[] = [
    [{ role: "anyone" }, false],
    [{ role: "annotator", invitation: "i", study: "s", annotator: "a" }, false],
    [{ role: "local" }, true],
    [{ role: "rewards", token: "t", by: "token" }, true],
    [admin, true],
  ];
  for (const [principal, taken] of roles) {
    const ask = echo(undefined, principal);
    assertEquals(await ask("x".repeat(65_536)), "65536");
    const found = await ask(pieces(["x".repeat(65_537)], "ends"));
    if (taken) assertEquals(found, "65537", principal.role);
    else assertEquals(found[0], 413, principal.role);
  }
});

Deno.test("bodies() waits for a slow one no longer than it may take, and calls one that breaks off no fault of ours", async () => {
  const ask = echo({ bytes: 10, milliseconds: 5 });
  assertEquals(await ask(pieces(["a"], "hangs")), [
    408,
    "Expected the whole body within 0.005 s but found only part of it",
  ]);
  assertEquals(await ask(pieces(["a"], "fails")), [400, "Expected the whole body but it broke off"]);
});

Deno.test("bodies() refuses what is deep before it is parsed", async () => {
  const [status, detail] = await echo()("[".repeat(33));
  assertEquals(status, 422);
  assertStringIncludes(`${detail}`, "more than 32 others");
  assertEquals(await echo()(`${"[".repeat(32)}`), "32");
});

Deno.test("bodies() holds so many bytes at a time, and more when others are done", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const ask = echo({ bytes: 10, milliseconds: 1_000 }, admin, promise);
  const held = [1, 2, 3, 4].map(() => ask("0123456789"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  const full = [503, "Expected fewer long bodies at a time but found many: try again later"];
  assertEquals(await ask("a"), full);
  resolve();
  assertEquals(await Promise.all(held), ["10", "10", "10", "10"]);
  assertEquals(await ask("a"), "1", "also what was refused is let go");
});
