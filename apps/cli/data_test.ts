import { assertEquals, assertRejects } from "@std/assert";
import { openRows } from "./data.ts";
import { silent, TemporaryFolder } from "./testing.ts";

const parquet = new URL("../../packages/data/rows/fixtures/pairs_zstd.parquet", import.meta.url);
const gzip = (text: string) =>
  new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();

/** Values of all rows. */
async function valuesOf(name: string, options = {}): Promise<unknown[]> {
  const rows = await Array.fromAsync(await openRows(name, options, silent));
  return rows.map((row) => "value" in row ? row.value : row.error.message);
}

Deno.test("openRows() tells JSON Lines, gzip and Parquet by their bytes, not by their names", async () => {
  await using folder = new TemporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  await Deno.writeTextFile(at("plain.gz"), '{"a":1}\n');
  await Deno.writeFile(at("zipped.jsonl"), await gzip('{"a":1}\n'.repeat(20_000)));
  await Deno.copyFile(parquet, at("rows.jsonl"));
  assertEquals(await valuesOf(at("plain.gz")), [{ a: 1 }]);
  assertEquals((await valuesOf(at("zipped.jsonl"))).length, 20_000);
  const [[narrow], [wide]] = [await valuesOf(at("rows.jsonl")), await valuesOf(at("rows.jsonl"), { whole: true })];
  assertEquals(Object.keys(narrow as object), ["id", "prompt", "chosen", "rejected", "margin"]);
  assertEquals(Object.keys(wide as object).at(-1), "source");
});

Deno.test("openRows() refuses what is no file, and a file without rows", async () => {
  await using folder = new TemporaryFolder();
  const refused = [
    [folder.path, "it is a folder; name a file in it"],
    [`${folder.path}/a.jsonl`, "there is no such file"],
    ["no/such.jsonl", "there is no such file"],
    ["../no/such", "there is no such file"],
  ] as const;
  for (const [name, message] of refused) {
    await assertRejects(() => openRows(name, {}, silent), RangeError, message);
  }
  for (const content of ["", "\n \n", await gzip("")]) {
    await Deno.writeFile(
      `${folder.path}/empty`,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    const rows = await openRows(`${folder.path}/empty`, {}, silent);
    await assertRejects(() => Array.fromAsync(rows), RangeError, `Cannot use ${folder.path}/empty: it has no rows`);
  }
});

Deno.test("openRows() takes what a data set of the hub has to train on, or the file that is named", async () => {
  await using cache = new TemporaryFolder();
  const files: Record<string, string> = {
    "data/train-00000-of-00002.jsonl": '{"n":1}\n',
    "data/train-00001-of-00002.jsonl": '{"n":2}\n',
    "data/test.jsonl": '{"n":3}\n',
    "README.md": "no data",
  };
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async ({ url }) => {
    const path = decodeURIComponent(new URL(url).pathname);
    if (path === "/api/datasets/me/d/tree/main") {
      return Response.json(
        await Promise.all(
          Object.entries(files).map(async ([path, text]) => {
            const blob = new Blob([`blob ${text.length}\0${text}`]);
            const id = await crypto.subtle.digest("SHA-1", await blob.arrayBuffer());
            return { type: "file", path, size: text.length, oid: new Uint8Array(id).toHex() };
          }),
        ),
      );
    }
    const name = /^\/datasets\/me\/d\/resolve\/main\/(.+)$/.exec(path)?.[1];
    const text = name && files[name];
    if (!text) return new Response("no", { status: 404 });
    const range = `bytes 0-${text.length - 1}/${text.length}`;
    return new Response(text, { status: 206, headers: { etag: `"${name}"`, "content-range": range } });
  });
  const options = { cache: cache.path, hubUrl: `http://127.0.0.1:${server.addr.port}` };
  const numbers = (name: string) => valuesOf(name, options);
  assertEquals(await numbers("me/d"), [{ n: 1 }, { n: 2 }]);
  assertEquals(await numbers("me/d:data/te*.jsonl"), [{ n: 3 }]);
  await assertRejects(() => numbers("me/d:train.csv"), RangeError, "Cannot find train.csv in me/d at main");
});
