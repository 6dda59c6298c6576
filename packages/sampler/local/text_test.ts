import { assertEquals } from "@std/assert";
import { bytes } from "./fakes.ts";
import { textReader } from "./text.ts";

function read(text: string, stop: string[], minTokens = 0): { pieces: string[]; text: string; tokens: number } {
  const reader = textReader(bytes, stop);
  const pieces: string[] = [];
  let tokens = 0;
  for (const id of bytes.encode(text)) {
    const stopped = reader.push(id, ++tokens >= minTokens);
    pieces.push(reader.take());
    if (stopped) break;
  }
  const whole = reader.end();
  return { pieces: [...pieces, reader.take()], text: whole, tokens };
}

Deno.test("textReader() gives whole characters, whose pieces make the text", () => {
  const { pieces, text } = read("né👍!", []);
  assertEquals([text, pieces.join("")], ["né👍!", "né👍!"]);
  assertEquals(pieces, ["n", "", "é", "", "", "", "👍", "!", ""]);
});

Deno.test("textReader() ends before the first stop text and never gives the beginning of one", () => {
  const { pieces, text, tokens } = read("one stone\n\nHuman: more", ["\n\nHuman:", "more"]);
  assertEquals([text, pieces.join(""), tokens], ["one stone", "one stone", "one stone\n\nHuman:".length]);
  assertEquals(read("a\n\nHum", ["\n\nHuman:"]), {
    pieces: ["a", "", "", "", "", "", "\n\nHum"],
    text: "a\n\nHum",
    tokens: 6,
  });
  assertEquals(read("xabcd", ["abcd", "bc"]).text, "xa");
  assertEquals(read("aab", ["ab"]).pieces, ["", "a", "", ""]);
});

Deno.test("textReader() overlooks stop texts that end before they may", () => {
  assertEquals(read("a.b.c.", ["."], 3).text, "a.b");
  assertEquals(read("ab--c", ["--"], 4).text, "ab");
  assertEquals(read("ab--c", ["--"], 5).text, "ab--c");
});
