import { assert, assertEquals, assertRejects } from "@std/assert";
import { detailOf, insist, send } from "./client.js";

const ok = { status: 200, body: {} };

/** Asks until there is an answer; gives it, and the pauses before it. */
async function pausesOf(...replies: readonly ({ status: number; seconds?: number } | "lost")[]) {
  const left = [...replies];
  const request = () => {
    const reply = left.shift()!;
    return reply === "lost" ? Promise.reject(new TypeError("network")) : Promise.resolve(reply);
  };
  const pauses: [number, boolean][] = [];
  const told: [number, boolean][] = [];
  const reply = await insist(
    request,
    (seconds: number, asked: boolean) => told.push([seconds, asked]),
    (seconds: number, asked: boolean) => Promise.resolve(void pauses.push([seconds, asked])),
  );
  assertEquals(told, pauses);
  return { reply, pauses };
}

Deno.test("insist() tries again with growing pauses until the server answers", async () => {
  const { reply, pauses } = await pausesOf("lost", { status: 502 }, { status: 408 }, "lost", ok);
  assertEquals(reply, ok);
  assertEquals(pauses.map(([, asked]) => asked), [false, false, false, false]);
  for (const [i, [seconds]] of pauses.entries()) assert(seconds >= 0.5 * 2 ** i && seconds <= 0.625 * 2 ** i);
});

Deno.test("insist() never pauses for much more than half a minute by itself", async () => {
  const { pauses } = await pausesOf(...Array.from({ length: 20 }, () => "lost" as const), ok);
  assert(pauses.every(([seconds]) => seconds <= 37.5));
});

Deno.test("insist() waits as long as the server asks, and a moment if it asks for none", async () => {
  const { pauses } = await pausesOf({ status: 429, seconds: 90 }, { status: 503, seconds: 0 }, ok);
  assertEquals(pauses, [[90, true], [0.5, true]]);
});

Deno.test("insist() takes a refusal for an answer", async () => {
  for (const status of [400, 401, 404, 409, 410, 422]) {
    assertEquals(await pausesOf({ status }), { reply: { status }, pauses: [] });
  }
});

Deno.test("send() says and hears JSON, reads Retry-After, and takes nothing else for an answer", async () => {
  const answers: Record<string, () => Response> = {
    "/echo": () => Response.json({ heard: true }),
    "/empty": () => new Response(null, { status: 204 }),
    "/later": () => Response.json({}, { status: 429, headers: { "retry-after": "7" } }),
    "/date": () => Response.json({}, { status: 429, headers: { "retry-after": "Sun, 22 Nov 2026 10:00:00 GMT" } }),
    "/portal": () => new Response("<h1>Please pay</h1>", { status: 404 }),
  };
  const heard: [string, string | null, string][] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    heard.push([request.method, request.headers.get("content-type"), await request.text()]);
    return answers[new URL(request.url).pathname]!();
  });
  const at = (path: string) => `http://127.0.0.1:${server.addr.port}${path}`;
  assertEquals(await send("POST", at("/echo"), { a: 1 }), { status: 200, body: { heard: true } });
  assertEquals(await send("DELETE", at("/empty")), { status: 204, body: undefined });
  assertEquals(await send("GET", at("/later")), { status: 429, body: {}, seconds: 7 });
  assertEquals(await send("GET", at("/date")), { status: 429, body: {} });
  await assertRejects(() => send("GET", at("/portal")), SyntaxError);
  assertEquals(heard.slice(0, 2), [["POST", "application/json", '{"a":1}'], ["DELETE", null, ""]]);
});

Deno.test("detailOf() gives the server's own sentence where there is one", () => {
  assertEquals(detailOf({ status: 422, body: { detail: "Too long." } }), "Too long.");
  for (const body of [undefined, null, "text", { detail: 1 }]) {
    assertEquals(detailOf({ status: 422, body }), "The server answered 422.");
  }
});
