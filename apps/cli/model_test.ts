import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openDevice } from "@tare/core";
import type { Context } from "./command.ts";
import { openFolder } from "./files.ts";
import { loadForGeneration, openModel, readConfig } from "./model.ts";
import { silent, TemporaryFolder, writeTinyModel } from "./testing.ts";

/** A context that collects notes. */
function quiet(): Context & { notes: string[] } {
  const notes: string[] = [];
  return { ...silent, notes, note: (line) => void notes.push(line) };
}

/** A hub that holds the files of one folder as `me/x`. */
function serveHub(folder: string) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url, headers }) => {
    const path = decodeURIComponent(new URL(url).pathname);
    if (path === "/api/models/me/x/tree/main") {
      const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
      return Response.json(
        await Promise.all(names.map(async (path) => {
          const bytes = await Deno.readFile(`${folder}/${path}`);
          const head = new TextEncoder().encode(`blob ${bytes.length}\0`);
          const id = await crypto.subtle.digest("SHA-1", await new Blob([head, bytes]).arrayBuffer());
          return { type: "file", path, size: bytes.length, oid: new Uint8Array(id).toHex() };
        })),
      );
    }
    const name = /^\/me\/x\/resolve\/main\/([\w.-]+)$/.exec(path)?.[1];
    if (!name) return new Response("no", { status: 404 });
    const bytes = await Deno.readFile(`${folder}/${name}`);
    const [, from = "0", to = `${bytes.length - 1}`] = /bytes=(\d+)-(\d+)/.exec(headers.get("range") ?? "") ?? [];
    const range = `bytes ${from}-${to}/${bytes.length}`;
    const body = bytes.slice(Number(from), Number(to) + 1);
    return new Response(body, { status: 206, headers: { etag: `"${name}"`, "content-range": range } });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("openModel() takes a name that is no folder from the hub, and from the cache when the hub is gone", async () => {
  await using folder = new TemporaryFolder();
  await using cache = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const context = quiet();
  let options: { cache: string; hubUrl: string };
  {
    await using hub = serveHub(folder.path);
    options = { cache: cache.path, hubUrl: hub.url };
    const files = await openModel("me/x", options, context);
    assertEquals((await readConfig("me/x", files)).vocabulary, 400);
    await assertRejects(() => openModel("me/y", options, context), RangeError, "there is no such repository");
  }
  const again = await openModel("me/x", options, context);
  assertEquals((await again.open("model.safetensors"))!.size, Deno.statSync(`${folder.path}/model.safetensors`).size);
  await assertRejects(() => openModel("me/z", options, context), Error, "check the network");
  assertStringIncludes(context.notes[0]!, `There is no folder me/x: taking it from the hub, into ${cache.path}`);
});

Deno.test("openModel() takes paths for folders", async () => {
  for (const name of ["./me/x", "/me/x", "me", "a/b/c"]) {
    await assertRejects(() => openModel(name, {}, quiet()), RangeError, "there is no such folder");
  }
});

Deno.test("readConfig() puts the folder's name in front of what is wrong in it", async () => {
  await using folder = new TemporaryFolder();
  await assertRejects(() => readConfig(folder.path), RangeError, `${folder.path}: Cannot find config.json`);
  await Deno.writeTextFile(`${folder.path}/config.json`, "{");
  await assertRejects(() => readConfig(folder.path), SyntaxError, `${folder.path}: Cannot read config.json: `);
  await Deno.writeTextFile(`${folder.path}/config.json`, '{"model_type":"bert"}');
  await assertRejects(() => readConfig(folder.path), TypeError, "gpt2, llama, mistral, qwen2, qwen3");
});

Deno.test("loadForGeneration() refuses a model that cannot fit before it opens the weights", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const path = `${folder.path}/config.json`;
  const json = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...json, hidden_size: 8192, intermediate_size: 65536 }));
  await Deno.remove(`${folder.path}/model.safetensors`);
  using device = await openDevice({ device: "cpu", threads: 1 });
  const files = await openFolder(folder.path);
  await assertRejects(
    () => loadForGeneration(device, folder.path, files, { n: 1, maxTokens: 10 }),
    RangeError,
    "one WebAssembly memory of 4 GiB",
  );
  assertEquals(device.stats().blocks, 0);
});
