import { assert, assertEquals, assertRejects } from "@std/assert";
import { readJsonl } from "../rows/jsonl.ts";
import { RowError } from "../rows/row.ts";
import { hhRlhf } from "../tokenizer/fixtures/mod.ts";
import { kindOf } from "./kinds.ts";
import { parseDemonstration, parsePreference } from "./parse.ts";
import { readExamples } from "./read.ts";
import type { Skips } from "./skips.ts";

const rows = (...parts: (string | Uint8Array<ArrayBuffer>)[]) =>
  readJsonl(new Blob(parts).stream(), { file: "train.jsonl" });

const bad: (string | Uint8Array<ArrayBuffer>)[] = [
  "null\n",
  "[1, 2]\n",
  '{"prompt":"a","completion":7}\n',
  '{"prompt":"a"\n',
  '{"prompt":"\\ud800","completion":"b"}\n',
  Uint8Array.of(0x22, 0xff, 0x22, 0x0a),
  '{"prompt":"a","completion":["b"]}\n',
];
const good = '{"prompt":"a","completion":"b"}\n';

Deno.test("readExamples() throws the first malformed row, with file, line and field", async () => {
  const examples = readExamples(rows(good, '{"prompt":"a","completion":7}\n', good), parseDemonstration);
  assertEquals((await examples.next()).value, { prompt: "a", completion: "b" });
  const error = await examples.next().catch((error) => error);
  assert(error instanceof RowError);
  assertEquals(error.message, "train.jsonl, line 2: completion: expected text but found a number");
  assertEquals([error.place, error.field], [{ file: "train.jsonl", line: 2 }, "completion"]);
  for (const row of bad) {
    const all = Array.fromAsync(readExamples(rows(good, row, good), parseDemonstration));
    await assertRejects(() => all, RowError, "train.jsonl, line 2: ");
  }
});

Deno.test("readExamples() counts what it skips by reason, and gives each malformed row's error to whom it may concern", async () => {
  const skips: Skips = { "too long": 1 };
  const lines: number[] = [];
  const examples = readExamples(
    rows("\ufeff", ...bad, good, '{"prompt":"a","completion":""}\n', good),
    parseDemonstration,
    {
      ...{ skips, skipBad: true, onBad: ({ place }: RowError) => void lines.push(place.line) },
    },
  );
  assertEquals((await Array.fromAsync(examples)).length, 2);
  assertEquals(skips, { "too long": 1, "malformed row": 7, "empty completion": 1 });
  assertEquals(lines, [1, 2, 3, 4, 5, 6, 7]);
});

Deno.test("readExamples() counts empty completions without being told to skip", async () => {
  const skips: Skips = {};
  const text = good + '{"prompt":"a","completion":" "}\n';
  assertEquals((await Array.fromAsync(readExamples(rows(text), parseDemonstration, { skips }))).length, 1);
  assertEquals(skips, { "empty completion": 1 });
});

Deno.test("readExamples() does not skip what is wrong with the whole file", async () => {
  const zipped = await new Response(new Blob([good]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
  const cut = readExamples(rows(zipped.slice(0, -3)), parseDemonstration, { skipBad: true });
  await assertRejects(() => Array.fromAsync(cut), SyntaxError, "Cannot unzip all of train.jsonl");
  const messages = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n';
  const untold = readExamples(rows(messages), parseDemonstration, { skipBad: true });
  await assertRejects(() => Array.fromAsync(untold), TypeError, "without a tokenizer");
});

const pairs = await fetch(new URL("harmless-base-2000.jsonl.gz", hhRlhf)).catch(() => undefined);
Deno.test({
  name: `readExamples() reads HH-RLHF's pairs${pairs ? "" : " (skipped: no ../shared/data/hh-rlhf)"}`,
  ignore: !pairs,
  async fn() {
    const skips: Skips = {};
    const stream = pairs!.body!;
    const examples = await Array.fromAsync(readExamples(readJsonl(stream, { file: "hh" }), parsePreference, { skips }));
    assertEquals([examples.length, skips], [1992, { "prompts differ": 4, "empty completion": 4 }]);
    for (const { prompt, shorter = [], chosen } of examples) {
      assert(prompt.endsWith("\n\nAssistant:") && !chosen.includes("\n\nAssistant:"));
      assert(shorter.every((text) => text.startsWith("\n\nHuman:") && prompt.endsWith(text)));
    }
  },
});

Deno.test("kindOf() decides by the fields that only one kind has", () => {
  const kinds = [
    { prompt: "a", chosen: "b", rejected: "c", rating: 1 },
    { prompt: "a", completion: "b", rating: 1 },
    { prompt: "a", messages: [] },
    { text: "a" },
    { prompt: "a", completion: null },
  ].map(kindOf);
  assertEquals(kinds, ["preferences", "ratings", "demonstrations", "demonstrations", "prompts"]);
});
