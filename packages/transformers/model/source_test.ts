/** What is downloaded, and when. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import bert from "../fixtures/bert/expected.json" with { type: "json" };
import { onnxReward } from "../reward/onnx_reward.ts";
import { findModel } from "./source.ts";
import { fixture, withFolder } from "./testing.ts";

/** A hub with a fixture, as `tiny/bert` at `v1`; `asked` is what was downloaded. */
function fakeHub() {
  const asked: string[] = [];
  const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx", "expected.json"];
  const entry = async (path: string) => {
    const bytes = await Deno.readFile(`${fixture("bert")}/${path}`);
    const oid = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    return { type: "file", path, size: bytes.length, lfs: { oid, size: bytes.length, pointerSize: 1 } };
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    if (path === "/api/models/tiny/bert/tree/v1") return Response.json(await Promise.all(files.map(entry)));
    const name = /^\/tiny\/bert\/resolve\/v1\/(.*)$/.exec(path)?.[1];
    if (name === undefined) return new Response("none", { status: 404 });
    const bytes = await Deno.readFile(`${fixture("bert")}/${name}`);
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.get("range") ?? "") ?? [];
    if (to !== "0") asked.push(name);
    const headers = { etag: `"${bytes.length}"`, "content-range": `bytes ${from}-${to}/${bytes.length}` };
    return new Response(bytes.subarray(Number(from ?? 0), Number(to ?? bytes.length) + 1), {
      status: from ? 206 : 200,
      headers,
    });
  });
  return {
    asked,
    hubUrl: `http://127.0.0.1:${server.addr.port}`,
    close: () => server.shutdown(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("a model of the hub is downloaded where that is asked for, once, and is there when the hub is not", async () => {
  await withFolder(async (cache) => {
    await using server = fakeHub();
    const hub = { revision: "v1", cache, hubUrl: server.hubUrl };
    {
      await using reward = await onnxReward("tiny/bert", { hub });
      assertMatch(reward.id, /^tiny\/bert@v1@[0-9a-f]{12}:fp32:pair:64$/);
      const [score] = await reward(bert.rows.slice(0, 1));
      assertAlmostEquals(score!, bert.rows[0]!.logits[0]!, 1e-4);
    }
    assertEquals(server.asked.toSorted(), [
      "config.json",
      "onnx/model.onnx",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    const { id, path } = await findModel("tiny/bert", { hub });
    assertEquals(server.asked.length, 4);
    assertEquals(id.split("@").at(-1), (await findModel(fixture("bert"), {})).id.split("@").at(-1));
    await assertRejects(
      () => findModel("tiny/bert", { hub, dtype: "q4" }),
      TypeError,
      "Expected onnx/model_q4.onnx",
    );
    const error = await assertRejects(() => findModel("tiny/none", { hub }), Error, "tiny/none");
    assert(!error.message.includes("\n"));
    await server.close();
    assertEquals((await findModel("tiny/bert", { hub })).path, path);
  });
});

Deno.test("a folder downloads nothing, there or not", async () => {
  const real = globalThis.fetch;
  const asked: unknown[] = [];
  globalThis.fetch = (input) => {
    asked.push(input);
    return Promise.reject(new TypeError("no network"));
  };
  try {
    await using reward = await onnxReward(fixture("bert"));
    assertEquals((await reward(bert.rows)).length, bert.rows.length);
    await assertRejects(() => findModel("tiny/bert", {}), TypeError, "found nothing at tiny/bert");
    assertEquals(asked, []);
  } finally {
    globalThis.fetch = real;
  }
});

Deno.test("a folder may be named from the working directory", async () => {
  const relative = fixture("bert").slice(Deno.cwd().length + 1);
  assertEquals(await findModel(relative, {}), await findModel(`${fixture("bert")}/`, {}));
});
