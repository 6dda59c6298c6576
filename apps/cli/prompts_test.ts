import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { loadTokenizer } from "@tare/data";
import { openFolder } from "./files.ts";
import { UsageError } from "./flags.ts";
import { type PromptOptions, readPrompts, roomForPrompts } from "./prompts.ts";
import { sha256 } from "./digest.ts";
import { silent, TemporaryFolder, writeTinyModel } from "./testing.ts";

/** Reads some rows. */
async function read(rows: readonly object[], options: PromptOptions = {}) {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/rows.jsonl`;
  await Deno.writeTextFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return await readPrompts(path, options, silent);
}

function digestOf(text: string): string {
  const digest = sha256();
  digest.update(text);
  return digest.digest("hex");
}

Deno.test("readPrompts() knows prompts by their id or digest, takes each once, and the data's answer from any kind of row", async () => {
  const some = await read([{ prompt: "a", id: 7 }, { prompt: "b" }, { prompt: "b" }]);
  assertEquals(some.prompts, [
    { id: "7", text: "a", rendered: false },
    { id: digestOf("b"), text: "b", rendered: false },
  ]);
  const { rows, prompts, skips } = some.inputs.prompts as Record<string, unknown>;
  assertEquals([rows, prompts, skips], [3, 2, { repeated: 1 }]);
  const answers = async (row: object) => (await read([row])).prompts.map(({ text, answer }) => [text, answer]);
  assertEquals(await answers({ prompt: "a", completion: " b" }), [["a", " b"]]);
  assertEquals(await answers({ prompt: "a", chosen: " b", rejected: " c" }), [["a", " b"]]);
});

Deno.test("readPrompts() shortens what is too long to its newest turns, or leaves it out", async () => {
  await using folder = new TemporaryFolder();
  await writeTinyModel(folder.path);
  const tokenizer = await loadTokenizer(await openFolder(folder.path));
  const last = "\n\nHuman: b\n\nAssistant:";
  const whole = `\n\nHuman: aaa\n\nAssistant: aaa${last}`;
  const room = tokenizer.encode(last, { special: true }).length;
  const { prompts, inputs } = await read([{ prompt: whole }, { prompt: "long ".repeat(60) }], { tokenizer, room });
  assertEquals(prompts.map(({ text, tokens }) => [text, tokens!.length]), [[last, room]]);
  assertEquals((inputs.prompts as { skips: object }).skips, { "too long": 1 });
});

Deno.test("readPrompts() refuses an id with two texts, and a file without prompts", async () => {
  const twice = [{ prompt: "a", id: "x" }, { prompt: "b", id: "x" }];
  await assertRejects(() => read(twice), RangeError, 'but found two for "x"');
  const bad = [{ prompt: 7 }];
  await assertRejects(() => read(bad, { "skip-bad": true }), UsageError, "found none in 1 rows: 1 malformed row");
});

Deno.test("roomForPrompts() is what the answer leaves of the context, and refuses to leave nothing", () => {
  assertEquals(roomForPrompts({ "max-tokens": 100 }, { policy: 4096, reward: 1024 }), 412);
  assertEquals(roomForPrompts({ "max-tokens": 16 }, { policy: 4096, reward: 64 }), 48);
  assertEquals(roomForPrompts({ "max-tokens": 16, context: 1000 }, { policy: 4096 }), 984);
  const asked = (values: { context?: number; "max-tokens": number }) => () => roomForPrompts(values, { policy: 64 });
  assertThrows(asked({ "max-tokens": 64 }), UsageError, "Expected --max-tokens below 64, the context");
  assertThrows(asked({ "max-tokens": 8, context: 65 }), UsageError, "at most 64, the positions of policy");
});
