import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { longestLine, readLines } from "./lines.ts";

const encoder = new TextEncoder();

/** Bytes in pieces of the given lengths, again and again. */
async function* pieces(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  let piece = 0;
  for (let at = 0; at < bytes.length; piece++) {
    const end = at + lengths[piece % lengths.length]!;
    yield bytes.subarray(at, end);
    at = end;
  }
}

async function linesOf(bytes: Uint8Array, lengths: readonly number[] = [7]): Promise<string[]> {
  const lines = await Array.fromAsync(readLines(pieces(bytes, lengths), "a.jsonl"));
  assertEquals(lines.map(({ place }) => place.line), lines.map((_, i) => i + 1));
  return lines.map((line) => "error" in line ? line.error.message : line.text);
}

Deno.test("readLines() gives the same lines wherever the bytes are cut", async () => {
  const text = fc.array(fc.constantFrom("a", "é", "🙂", "\n", "\r\n", "\ufeff", " ")).map((parts) => parts.join(""));
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (text, lengths) => {
      const expected = text.replace(/^\ufeff/, "").split("\n").map((line) => line.replace(/\r$/, ""));
      if (/(^|\n)$/.test(text)) expected.pop(); // nothing stands behind the last line break
      assertEquals(await linesOf(encoder.encode(text), lengths), expected);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("readLines() drops a byte order mark in front of the file and the carriage return of line ends", async () => {
  assertEquals(await linesOf(encoder.encode("\ufeffone\r\ntwo\r\n")), ["one", "two"]);
});

Deno.test("readLines() puts an error in the place of a line that is no UTF-8, and reads on", async () => {
  const bytes = Uint8Array.of(...encoder.encode("one\n"), 0xff, 0xfe, 0x0a, ...encoder.encode("three\n\xe9"));
  const broken = Uint8Array.of(...bytes, 0x0a, 0xe2, 0x82); // cut inside of a character
  const problem = "expected UTF-8 but found other bytes; save the file as UTF-8";
  assertEquals(await linesOf(broken), [
    "one",
    `a.jsonl, line 2: ${problem}`,
    "three",
    "é",
    `a.jsonl, line 5: ${problem}`,
  ]);
});

Deno.test("readLines() drops what is longer than 16 MiB, and reads on", async () => {
  async function* huge() {
    yield encoder.encode("one\n");
    const piece = new Uint8Array(2 ** 20).fill(97);
    for (let i = 0; i < 100; i++) yield piece;
    yield encoder.encode("\nthree\n");
    yield piece.subarray(0, 1);
    for (let i = 1; i < longestLine / piece.length; i++) yield piece;
    yield piece.subarray(1);
  }
  const lines = await Array.fromAsync(readLines(huge(), "a.jsonl"));
  assertEquals(lines.map((line) => "error" in line), [false, true, false, false]);
  assert("error" in lines[1]!);
  assertEquals(
    lines[1].error.message,
    "a.jsonl, line 2: expected at most 16 MiB in a line but found more; is it one JSON object a line?",
  );
  assertEquals("text" in lines[3]! && lines[3].text.length, longestLine);
});
