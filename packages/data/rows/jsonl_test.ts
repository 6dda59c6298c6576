/** What the package promises of bad files: each line of the table in its README has a test here or in `read_test.ts`. */
import { assertEquals, assertRejects } from "@std/assert";
import { readJsonl } from "./jsonl.ts";

type Part = string | Uint8Array<ArrayBuffer>;

const gzip = (...parts: Part[]) =>
  new Response(new Blob(parts).stream().pipeThrough(new CompressionStream("gzip"))).bytes();

/** Values of the rows, and messages in the place of what is wrong. */
async function read(...parts: Part[]): Promise<unknown[]> {
  const rows = await Array.fromAsync(readJsonl(new Blob(parts).stream(), { file: "a.jsonl" }));
  return rows.map((row) => "error" in row ? row.error.message : row.value);
}

Deno.test("readJsonl() reads plain and zipped files alike, whatever their names", async () => {
  const text = '{"a":1}\n\n{"a":"é"}';
  assertEquals(await read(text), [{ a: 1 }, { a: "é" }]);
  assertEquals(await read(await gzip(text)), [{ a: 1 }, { a: "é" }]);
});

Deno.test("readJsonl() numbers lines as an editor does, those without anything included", async () => {
  const rows = await Array.fromAsync(readJsonl(new Blob(["\ufeff1\r\n\r\n  \n2\r\n"]).stream(), { file: "a" }));
  assertEquals(rows.map(({ place }) => place.line), [1, 4]);
});

Deno.test("readJsonl() gives nothing for an empty file, zipped or not", async () => {
  assertEquals(await read(""), []);
  assertEquals(await read("\n\n"), []);
  assertEquals(await read(await gzip("")), []);
});

Deno.test("readJsonl() says where the text is no JSON, and reads on", async () => {
  assertEquals(await read('{"a":1}\n{"a":\n{"a":2}\n'), [
    { a: 1 },
    'a.jsonl, line 2: expected JSON but the parser says "Unexpected end of JSON input"',
    { a: 2 },
  ]);
});

Deno.test("readJsonl() says what to do with a list that is spread over the lines of a file", async () => {
  const [first] = await read('[\n{"a":1},\n{"a":2}\n]\n');
  assertEquals(`${first}`.endsWith('"; write one object a line, not a list of all'), true);
});

Deno.test("readJsonl() refuses zipped data that is cut, damaged, or has something behind it", async () => {
  const whole = await gzip('{"a":1}\n'.repeat(1000));
  const damaged = whole.slice();
  damaged[whole.length - 6]! ^= 0xff; // its checksum
  const bad = [whole.slice(0, -1), whole.slice(0, whole.length >> 1), whole.slice(0, 5), damaged];
  for (const bytes of [...bad, Uint8Array.of(...whole, ...whole), Uint8Array.of(0x1f, 0x8b, 1, 2, 3)]) {
    await assertRejects(() => read(bytes), SyntaxError, "Cannot unzip all of a.jsonl: it ends early, is damaged, or");
  }
});

Deno.test("readJsonl() reads as it is asked, and lets go of a file that is left in the middle", async () => {
  let [pulled, cancelled] = [0, false];
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(`{"n":${pulled++}}\n`)),
    cancel: () => void (cancelled = true),
  });
  for await (const row of readJsonl(endless, { file: "a" })) if (row.place.line === 5) break;
  assertEquals([pulled < 20, cancelled], [true, true]);
});
