import { assert, assertEquals, assertRejects } from "@std/assert";
import { downloadRepository } from "./download.ts";
import { NetworkError } from "./errors.ts";
import type { FileStore } from "./store.ts";

/** A store in memory. */
function memoryStore(): FileStore & { files: Map<string, Blob>; text(name: string): Promise<string | undefined> } {
  const files = new Map<string, Blob>();
  return {
    files,
    text: async (name) => await files.get(name)?.text(),
    open: (name) => Promise.resolve(files.get(name)),
    async append(name, bytes) {
      if (!files.has(name)) files.set(name, new Blob([]));
      for await (const piece of bytes) files.set(name, new Blob([files.get(name)!, piece]));
    },
    rename(from, to) {
      files.set(to, files.get(from)!);
      files.delete(from);
      return Promise.resolve();
    },
    remove: (name) => Promise.resolve(void files.delete(name)),
  };
}

/** A hub whose files are a table; small ones are Git's, those whose names end in `safetensors` are large files. */
function fakeHub(content: Record<string, string>) {
  const hub = {
    content,
    requests: [] as string[], // "path" or "path from start" of what was asked for in full
    cut: new Map<string, number>(), // files whose connection breaks after so many bytes, once
    lie: new Map<string, string>(), // files that come with other bytes
    refuse: undefined as Response | undefined,
  };
  const hex = (bytes: ArrayBuffer) => new Uint8Array(bytes).toHex();
  const entry = async ([path, text]: [string, string]) => {
    const bytes = new TextEncoder().encode(text);
    const git = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(`blob ${bytes.length}\0${text}`));
    const lfs = path.endsWith("safetensors") &&
      { oid: hex(await crypto.subtle.digest("SHA-256", bytes)), size: bytes.length };
    return { type: "file", path, size: bytes.length, oid: hex(git), ...lfs && { lfs } };
  };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (hub.refuse) return hub.refuse.clone();
    const path = decodeURIComponent(new URL(request.url).pathname);
    const list = /^\/api\/(models|datasets)\/me\/x\/tree\/main$/.test(path);
    if (list) {
      return Response.json([
        { type: "directory", path: "sub" },
        ...await Promise.all(Object.entries(hub.content).map(entry)),
      ]);
    }
    const name = /^\/(datasets\/)?me\/x\/resolve\/main\/(.*)$/.exec(path)?.[2] ?? "";
    const bytes = new TextEncoder().encode(hub.lie.get(name) ?? hub.content[name]);
    const [, from, to] = /bytes=(\d+)-(\d+)/.exec(request.headers.get("range") ?? "") ?? [];
    const part = bytes.subarray(Number(from ?? 0), Number(to ?? bytes.length) + 1);
    const headers = { etag: `"${bytes.length}"`, "content-range": `bytes ${from}-${to}/${bytes.length}` };
    if (to !== "0") hub.requests.push(from === undefined ? name : `${name} from ${from}`);
    const cut = to !== "0" && hub.cut.get(name);
    if (!cut) return new Response(part, { status: from ? 206 : 200, headers });
    hub.cut.delete(name);
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(part.slice(0, cut)),
      pull: (controller) => controller.error(new Error("the cable was cut")),
    }, { highWaterMark: 0 });
    return new Response(body, { status: from ? 206 : 200, headers });
  });
  const options = { hubUrl: `http://127.0.0.1:${server.addr.port}` };
  return { hub, options, [Symbol.asyncDispose]: () => server.shutdown() };
}

const weights = "w".repeat(2000) + "x".repeat(3000);
const content = { "config.json": "{}", "model.safetensors": weights, "sub/a b#.txt": "text", "empty": "" };
const at = "models/me/x/main";

Deno.test("downloadRepository() brings all files, checked, and asks for none twice", async () => {
  await using server = fakeHub(content);
  const store = memoryStore();
  const seen: number[] = [];
  const progress = ({ received, total }: { received: number; total: number }) => seen.push(received / total);
  const folder = await downloadRepository("me/x", store, { ...server.options, progress });
  assertEquals(folder.paths, ["config.json", "empty", "model.safetensors", "sub/a b#.txt"]);
  for (const [path, text] of Object.entries(content)) {
    assertEquals(await store.text(`${at}/${path}`), text);
    assertEquals((await folder.open(path))!.size, text.length);
  }
  assertEquals(await folder.open("other"), undefined);
  assertEquals([seen.at(-1), seen.every((x, i) => x >= (seen[i - 1] ?? 0))], [1, true]);
  assertEquals(server.hub.requests.length, 3);
  await downloadRepository("me/x", store, server.options);
  assertEquals(server.hub.requests.length, 3);
  server.hub.content = { ...content, "config.json": "{ }" };
  await downloadRepository("me/x", store, server.options);
  assertEquals([server.hub.requests.at(-1), server.hub.requests.length], ["config.json", 4]);
  assertEquals(await store.text(`${at}/config.json`), "{ }");
  assert([...store.files.keys()].every((name) => !name.endsWith(".part")));
});

Deno.test("downloadRepository() takes patterns, datasets, and says what there is instead", async () => {
  await using server = fakeHub(content);
  const store = memoryStore();
  const { paths, folder } = await downloadRepository("me/x", store, {
    ...server.options,
    files: ["*.json", "*/*.txt"],
  });
  assertEquals([paths, folder], [["config.json", "sub/a b#.txt"], at]);
  const dataset = await downloadRepository("me/x", store, { ...server.options, type: "dataset", files: ["empty"] });
  assertEquals(dataset.folder, "datasets/me/x/main");
  const none = () => downloadRepository("me/x", store, { ...server.options, files: ["*.bin"] });
  await assertRejects(
    none,
    RangeError,
    "Cannot find *.bin in me/x at main: it has config.json, model.safetensors, sub/a",
  );
});

Deno.test("downloadRepository() goes on where the connection broke, at once and in another run", async () => {
  await using server = fakeHub(content);
  const store = memoryStore();
  const files = ["*.safetensors"];
  server.hub.cut.set("model.safetensors", 2000);
  await downloadRepository("me/x", store, { ...server.options, files });
  assertEquals(server.hub.requests, ["model.safetensors", "model.safetensors from 2000"]);
  assertEquals(await store.text(`${at}/model.safetensors`), weights);

  const begun = memoryStore();
  const stop = new AbortController();
  const progress = ({ received }: { received: number }) => received > 0 && stop.abort(new Error("Ctrl-C"));
  server.hub.cut.set("model.safetensors", 1500);
  const run = () => downloadRepository("me/x", begun, { ...server.options, files, progress, signal: stop.signal });
  await assertRejects(run, Error, "Ctrl-C");
  assertEquals((await begun.text(`${at}/model.safetensors.part`))?.length, 1500);
  await assertRejects(
    () => downloadRepository("me/x", begun, { files, offline: true }),
    NetworkError,
    "has not all of",
  );
  await downloadRepository("me/x", begun, { ...server.options, files });
  assertEquals(server.hub.requests.at(-1), "model.safetensors from 1500");
  assertEquals(await begun.text(`${at}/model.safetensors`), weights);
});

Deno.test("downloadRepository() does not go on with what began from another version", async () => {
  await using server = fakeHub(content);
  const store = memoryStore();
  const name = `${at}/model.safetensors`;
  store.files.set(`${name}.part`, new Blob(["old"]));
  const record = { "model.safetensors": { hash: "0".repeat(64), size: 9, complete: false } };
  store.files.set(`${at}/.tare-hub.json`, new Blob([JSON.stringify(record)]));
  await downloadRepository("me/x", store, { ...server.options, files: ["model*"] });
  assertEquals([await store.text(name), server.hub.requests], [weights, ["model.safetensors"]]);
});

Deno.test("downloadRepository() refuses bytes that are not the announced ones, and keeps none of them", async () => {
  await using server = fakeHub(content);
  const store = memoryStore();
  for (const [path, lie] of [["config.json", "[]"], ["model.safetensors", weights.replace("x", "y")]] as const) {
    server.hub.lie.set(path, lie);
    const run = () => downloadRepository("me/x", store, { ...server.options, files: [path] });
    await assertRejects(run, RangeError, `Cannot use what came as ${path}: expected`);
    assertEquals([...store.files.keys()].filter((name) => name.includes(path)), []);
  }
});

Deno.test("downloadRepository() uses what is there where the hub cannot be reached, and says so where it lacks something", async () => {
  const store = memoryStore();
  let down: { hubUrl: string };
  {
    await using server = fakeHub(content);
    down = server.options;
    await downloadRepository("me/x", store, { ...down, files: ["config.json"] });
    server.hub.refuse = new Response("", { status: 503 });
    assertEquals((await downloadRepository("me/x", store, { ...down, files: ["config.json"] })).paths, ["config.json"]);
  }
  for (const options of [down, { offline: true }]) {
    const { paths } = await downloadRepository("me/x", store, { ...options, files: ["config.json"] });
    assertEquals(paths, ["config.json"]);
  }
  const error = await assertRejects(
    () => downloadRepository("me/y", store, down),
    NetworkError,
    "Cannot get me/y from",
  );
  assertEquals([error.message.includes("\n"), error.message.endsWith("; check the network")], [false, true]);
});

Deno.test("downloadRepository() says in one sentence why the hub refuses", async () => {
  await using server = fakeHub(content);
  const cases: [number, new () => Error, string][] = [
    [401, RangeError, "gated, private, or not there"],
    [403, RangeError, "accept its terms"],
    [404, RangeError, "there is no such"],
    [429, NetworkError, "too many requests"],
    [503, NetworkError, "the hub has a problem"],
  ];
  for (const [status, kind, message] of cases) {
    server.hub.refuse = new Response("no\nno", { status });
    const error = await assertRejects(
      () => downloadRepository("me/x", memoryStore(), server.options),
      kind,
      message,
    );
    assertEquals([error.message.includes("\n"), error.message.includes(`${status}`)], [false, true]);
  }
});

Deno.test("downloadRepository() lets no name lead out of its folder", async () => {
  for (const name of ["../x", "a/..", "a/b/c", "/a", ""]) {
    await assertRejects(
      () => downloadRepository(name, memoryStore(), { offline: true }),
      TypeError,
      "Expected the name",
    );
  }
  await using server = fakeHub({ "../../etc/passwd": "" });
  const store = memoryStore();
  await assertRejects(() => downloadRepository("me/x", store, server.options), RangeError, "must not lead out");
  assertEquals(store.files.size, 0);
});

Deno.test("downloadRepository() sends the token", async () => {
  const tokens: (string | null)[] = [];
  const ask: typeof fetch = (_, init) => {
    tokens.push(new Headers(init?.headers).get("authorization"));
    return Promise.resolve(Response.json([]));
  };
  const run = (token: string) => downloadRepository("me/x", memoryStore(), { token, fetch: ask });
  await assertRejects(() => run("hf_abc"), RangeError, "it has none");
  assertEquals(tokens, ["Bearer hf_abc"]);
  await assertRejects(() => run("abc"), TypeError, "token must start with 'hf_'");
});

Deno.test("downloadRepository() sends the token to no other host, and shows none that it cannot send", async () => {
  const sent: [host: string, token: string | null][] = [];
  const ask: typeof fetch = (input, init) => {
    const url = new URL(`${input}`);
    sent.push([url.host, new Headers(init?.headers).get("authorization")]);
    const headers = { ...sent.length === 1 && { link: '<https://b.example/list>; rel="next"' } };
    return Promise.resolve(Response.json([], { headers }));
  };
  const run = (token: string) =>
    downloadRepository("me/x", memoryStore(), { token, hubUrl: "https://a.example", fetch: ask });
  await assertRejects(() => run("hf_abc\n"), TypeError, "such as a line break");
  await assertRejects(() => run("hf_abc"), RangeError, "it has none");
  assertEquals(sent, [["a.example", "Bearer hf_abc"], ["b.example", null]]);
});

Deno.test("downloadRepository() says what is wrong with the list of files", async () => {
  const file = { type: "file", path: "a", size: 1, oid: "x" };
  const lists: [list: unknown, message: string][] = [
    [{}, "its answer is not that of a hub"],
    [[{ ...file, size: -1 }], "its answer is not that of a hub"],
    [[{ ...file, path: 5 }], "its answer is not that of a hub"],
    [[file, file], 'its list of files has "a" twice'],
    [[{ ...file, path: ".tare-hub.json" }], "must not be called so"],
    [[{ ...file, path: "a\u001b[2J" }], "must not be called so"],
    [[null], "it has none"],
  ];
  for (const [list, message] of lists) {
    const ask: typeof fetch = () => Promise.resolve(Response.json(list));
    const error = await assertRejects(() => downloadRepository("me/x", memoryStore(), { fetch: ask }), Error, message);
    assert(error.message.startsWith("Cannot "), error.message);
  }
});
