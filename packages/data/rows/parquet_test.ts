import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseDemonstration, parsePreference, parseRating } from "../examples/parse.ts";
import { readExamples } from "../examples/read.ts";
import type { Skips } from "../examples/skips.ts";
import { readParquet } from "./parquet.ts";

const fixture = async (name: string) =>
  await (await fetch(new URL(`fixtures/${name}.parquet`, import.meta.url))).bytes();
const rowsOf = (bytes: Uint8Array<ArrayBuffer>, columns?: string[]) =>
  readParquet(new Blob([bytes]), { file: "a.parquet", columns });
const renderChat = (messages: readonly { role: string; content: string }[], { reply = false } = {}) =>
  messages.map(({ role, content }) => `${role}: ${content}\n`).join("") + (reply ? "assistant:" : "");

for (const codec of ["none", "snappy", "gzip", "zstd", "brotli", "lz4"]) {
  Deno.test(`readParquet() reads all groups of rows, the wanted columns alone: ${codec}`, async () => {
    const wanted = ["prompt", "chosen", "rejected", "margin", "completion"];
    const rows = await Array.fromAsync(rowsOf(await fixture(`pairs_${codec}`), wanted));
    assertEquals(rows.map(({ place }) => place.line), [1, 2, 3, 4, 5, 6, 7]);
    assertEquals((rows[4] as { value: unknown }).value, {
      prompt: [{ role: "user", content: "question 4" }],
      chosen: [{ role: "assistant", content: "answer 4 🙂" }],
      rejected: [{ role: "assistant", content: "no" }],
      margin: null,
    });
  });
}

Deno.test("readParquet() reads all columns if it has none of those wanted", async () => {
  const [row] = await Array.fromAsync(rowsOf(await fixture("pairs_none"), ["text"]));
  assertEquals(Object.keys((row as { value: object }).value), [
    "id",
    "prompt",
    "chosen",
    "rejected",
    "margin",
    "source",
  ]);
});

Deno.test("readParquet() gives rows that are preferences like those of JSON", async () => {
  const parse = (row: unknown) => parsePreference(row, { tokenizer: { renderChat } });
  const pairs = await Array.fromAsync(readExamples(rowsOf(await fixture("pairs_zstd")), parse));
  assertEquals(pairs.map(({ margin }) => margin), [1.5, undefined, 0, 2, undefined, 0.25, 3]);
  assertEquals(pairs[6], {
    ...{ prompt: "user: question 6\nassistant:", rendered: true, margin: 3 },
    ...{ chosen: " answer 6 🙂\n", rejected: " no\n" },
  });
});

Deno.test("readParquet() leaves columns of another type to the reader of rows, which names row and field", async () => {
  const bytes = await fixture("mixed");
  const demonstrations = readExamples(rowsOf(bytes, ["text"]), parseDemonstration);
  assertEquals((await demonstrations.next()).value, { prompt: "", completion: "fine" });
  await assertRejects(
    () => demonstrations.next(),
    SyntaxError,
    "a.parquet, row 2: text: expected text but found bytes",
  );
  const skips: Skips = {};
  const ratings = (row: unknown) => parseRating(row);
  const good = await Array.fromAsync(
    readExamples(rowsOf(bytes, ["text", "rating"]), ratings, { skips, skipBad: true }),
  );
  assertEquals([good, skips], [[{ prompt: "", completion: "fine", rating: 4 }], { "malformed row": 1 }]);
});

Deno.test("readParquet() says that a file is cut or damaged, wherever it is", async () => {
  const whole = await fixture("pairs_snappy");
  const cuts = [0, 3, 7, 11, 12, 100, whole.length >> 1, whole.length - 9, whole.length - 1];
  for (const length of cuts) {
    const rows = Array.fromAsync(rowsOf(whole.slice(0, length)));
    await assertRejects(() => rows, SyntaxError, "Cannot read a.parquet: as Parquet it is cut or damaged (");
  }
  for (let at = 0; at < whole.length; at += 29) {
    const bytes = whole.slice();
    bytes[at]! ^= 0xff;
    const rows = await Array.fromAsync(rowsOf(bytes)).catch((error) => error);
    // A byte of a text may change unnoticed: Parquet has no checksum that writers must write.
    assert(
      Array.isArray(rows) || rows instanceof SyntaxError && rows.message.startsWith("Cannot read"),
      `${at} ${rows}`,
    );
  }
});
