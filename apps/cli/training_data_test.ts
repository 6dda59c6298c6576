import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Demonstration, parseDemonstration, type PromptText } from "@tare/data";
import { sha256 } from "./digest.ts";
import { UsageError } from "./flags.ts";
import { silent, TemporaryFolder } from "./testing.ts";
import { readTrainingData, type RowReader } from "./training_data.ts";
import type { TrainingValues } from "./training_flags.ts";

const reader: RowReader<Demonstration, PromptText> = { parse: (row) => parseDemonstration(row), encode: (it) => [it] };
const columns = fileURLToPath(new URL("../../packages/data/rows/fixtures/mixed.parquet", import.meta.url));

/** What is read of a file with a share held out. */
async function read(name: string, heldOut: number, skipBad = false) {
  const values = { data: name, "held-out": heldOut, "skip-bad": skipBad } as TrainingValues;
  return await readTrainingData(values, reader, silent);
}

Deno.test("readTrainingData() splits by prompt, counts what is left out, and digests each row as JSON and a line break", async () => {
  await using folder = new TemporaryFolder();
  const rows = Array.from({ length: 40 }, (_, i) => ({ prompt: `say ${i % 20}`, completion: i === 7 ? "" : ` ${i}` }));
  const path = `${folder.path}/rows.jsonl`;
  const spaced = rows.map((row) => JSON.stringify(row, undefined, 1).replaceAll("\n", " "));
  await Deno.writeTextFile(path, spaced.join("\r\n"));
  const { train, heldOut, inputs } = await read(path, 0.3);
  const digest = sha256();
  for (const row of rows) digest.update(`${JSON.stringify(row)}\n`);
  assertEquals(inputs.data, {
    ...{ rows: 40, sha256: digest.digest("hex"), skips: { "empty completion": 1 } },
    examples: { train: train.length, heldOut: heldOut.length },
  });
  assertEquals([train.length + heldOut.length, heldOut.length > 0], [39, true]);
  const promptsOf = (side: typeof train) => new Set(side.map(({ prompt }) => prompt));
  assertEquals(promptsOf(train).intersection(promptsOf(heldOut)).size, 0);
});

Deno.test("readTrainingData() holds out a share of texts that have no prompts", async () => {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/texts.jsonl`;
  await Deno.writeTextFile(path, Array.from({ length: 200 }, (_, i) => `{"text":"text ${i % 100}"}\n`).join(""));
  const { train, heldOut } = await read(path, 0.3);
  assert(heldOut.length > 30 && heldOut.length < 90, `${heldOut.length}`);
  const seen = new Set(train.map((example) => (example as Demonstration).completion));
  assert(heldOut.every((example) => !seen.has((example as Demonstration).completion)), "one text is on both sides");
});

Deno.test("readTrainingData() says that all there is would be held out", async () => {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/one.jsonl`;
  const shares = await Promise.allSettled([..."abcdef"].map(async (text) => {
    await Deno.writeTextFile(`${path}${text}`, JSON.stringify({ text }));
    return await read(`${path}${text}`, 0.9);
  }));
  const refused = shares.find(({ status }) => status === "rejected") as PromiseRejectedResult;
  assert(refused.reason instanceof UsageError);
  assert(refused.reason.message.endsWith("in 1 rows; 1 are held out: lower --held-out"), refused.reason.message);
});

Deno.test("readTrainingData() digests Parquet's large integers like any other value", async () => {
  await assertRejects(() => read(columns, 0), SyntaxError, "row 2: text: expected text but found bytes");
  const { train, inputs } = await read(columns, 0, true);
  assertEquals([train.length, (inputs.data as { rows: number }).rows], [1, 2]);
});
