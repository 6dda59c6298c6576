import { encodePreference, loadTokenizer, parsePreference } from "@tare/data";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { sha256 } from "./digest.ts";
import { openFolder } from "./files.ts";
import { TemporaryFolder, writeTinyModel } from "./testing.ts";
import { readTrainingData } from "./training_data.ts";
import type { TrainingValues } from "./training_flags.ts";

const notes: string[] = [];
const context = {
  print: () => {},
  note: (line: string) => void notes.push(line),
  signal: new AbortController().signal,
};
const fixtures = new URL("../../packages/data/rows/fixtures/", import.meta.url);

/** Pairs of a file, with the tokenizer of the tiny model. */
async function readPairs(folder: string, data: string, heldOut = 0.3, length = 64) {
  const tokenizer = await loadTokenizer(await openFolder(folder));
  return await readTrainingData({ data, "held-out": heldOut, "skip-bad": false } as TrainingValues, {
    parse: (row) => parsePreference(row, { tokenizer }),
    encode: (example) => [encodePreference(tokenizer, example, { context: length })],
  }, context);
}

Deno.test("readTrainingData() splits by prompt, counts what is left out, and digests each row as JSON and a line break", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const prompts = Array.from({ length: 40 }, (_, i) => `say ${i % 20}`);
  const rows = prompts.map((prompt, i) => ({ prompt, chosen: ` ${i}`, rejected: i === 7 ? " 7" : " no" }));
  const data = `${folder.path}/pairs.jsonl`;
  await Deno.writeTextFile(
    data,
    rows.map((row) => `${JSON.stringify(row, undefined, 1).replaceAll("\n", " ")}\r\n`).join(""),
  );
  const { train, heldOut, inputs } = await readPairs(folder.path, data);
  const digest = sha256();
  for (const row of rows) digest.update(`${JSON.stringify(row)}\n`);
  assertEquals(inputs.data, {
    ...{ rows: 40, sha256: digest.digest("hex"), skips: { "equal completions": 1 } },
    examples: { train: train.length, heldOut: heldOut.length },
  });
  assertEquals(train.length + heldOut.length, 39);
  assert(heldOut.length > 0, "nothing is held out");
  const promptsOf = (side: typeof train) =>
    new Set(side.map(({ chosen }) => chosen.tokens.subarray(0, chosen.start).join()));
  assertEquals(promptsOf(train).intersection(promptsOf(heldOut)).size, 0);
  assert(notes.at(-1)!.endsWith("; left out: 1 equal completions"), notes.at(-1));
  await assertRejects(
    () => readPairs(folder.path, data, 0.3, 2),
    Error,
    "but found none in 40 rows: 39 too long, 1 equal",
  );
});

Deno.test("readTrainingData() takes the whole numbers of 64 bits that Parquet has", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const { inputs } = await readPairs(folder.path, new URL("pairs_none.parquet", fixtures).pathname, 0);
  assertEquals((inputs.data as { rows: number }).rows, 7);
});
