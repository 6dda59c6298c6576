import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Context } from "../command.ts";
import { silent, TemporaryFolder } from "../testing.ts";
import { dataStatistics } from "./data_stats.ts";

/** A context that collects what is written. */
function listener(): Context & { out: string; notes: string[] } {
  const context = {
    ...{ ...silent, out: "", notes: [] as string[] },
    print: (text: string) => void (context.out += text),
    note: (line: string) => void context.notes.push(line),
  };
  return context;
}

const words = new URL("../../../packages/data/tokenizer/fixtures/words", import.meta.url).pathname;
const row = (value: object) => JSON.stringify(value) + "\n";
const pairs = row({ prompt: "the cat", chosen: " sat.", rejected: " sat?" }) +
  row({ prompt: "the cat", chosen: " sat", rejected: " sat" }) + row({ prompt: 7 }) +
  row({ prompt: "the cat sat on the mat", chosen: ".", rejected: "?" });
const values = { "skip-bad": true, revision: "main", json: false };

Deno.test("tare data stats counts rows, what is left out and why, lengths, and what the context does", async () => {
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/pairs.jsonl`;
  await Deno.writeTextFile(file, pairs);
  const context = listener();
  const report = await dataStatistics.run({ ...values, file, tokenizer: words, context: 6 }, context) as Record<
    string,
    unknown
  >;
  const { characters: _, tokens, ...counts } = report;
  assertEquals(counts, {
    ...{ file, kind: "preferences", examples: 2, repeatedPrompts: 0, repeatedExamples: 0 },
    fit: { context: 6, whole: 1, losingTurns: 0, leftOut: 1 },
    skips: { "equal completions": 1, "malformed row": 1 },
    malformed: [`${file}, line 3: expected the fields chosen and rejected, with prompt or without but found prompt`],
  });
  assertEquals(Object.keys(tokens as object).length, 5);
  assertStringIncludes(context.out, `${file}: 2 preferences of 4 rows\n`);
  assertStringIncludes(context.out, "left out: equal completions    1\n");
  assertStringIncludes(context.out, "prompt and chosen, tokens");
  assertEquals(context.notes, report.malformed as string[]);
});

Deno.test("tare data stats stops at the first malformed row unless it is told to count them", async () => {
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/pairs.jsonl`;
  await Deno.writeTextFile(file, pairs);
  const strict = () => dataStatistics.run({ ...values, file, "skip-bad": false }, listener());
  await assertRejects(strict, SyntaxError, `${file}, line 3: expected the fields`);
  const kind = () => dataStatistics.run({ ...values, file, kind: "ratings", "skip-bad": false }, listener());
  await assertRejects(kind, SyntaxError, `${file}, line 1: rating: expected a number but found nothing`);
  await assertRejects(
    () => dataStatistics.run({ ...values, file, context: 6 }, listener()),
    Error,
    "Expected --tokenizer DIR",
  );
});
