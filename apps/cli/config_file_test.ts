import { assertEquals, assertRejects } from "@std/assert";
import { readSettings } from "./config_file.ts";
import { type Flags, UsageError } from "./flags.ts";
import { TemporaryFolder } from "./testing.ts";

const flags = {
  "learning-rate": { type: "number", min: 0, default: 1e-3, help: "rate" },
  batch: { type: "integer", min: 1, max: 64, default: 8, help: "examples" },
  loss: { type: "text", choices: ["all", "completion"], default: "completion", help: "what counts" },
  stop: { type: "texts", help: "ends" },
  recompute: { type: "switch", help: "less memory" },
  data: { type: "text", help: "file" },
  resume: { type: "switch", help: "go on" },
  config: { type: "text", help: "settings" },
} as const satisfies Flags;

async function settings(content: string, ...args: string[]) {
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/sft.json`;
  await Deno.writeTextFile(file, content);
  const { config: _, ...values } = await readSettings(["--config", file, ...args], flags);
  return values as Record<string, unknown>;
}

Deno.test("readSettings() takes the file where no flag is given, and defaults where neither is", async () => {
  const plain = { "learning-rate": 1e-3, batch: 8, loss: "completion", stop: [], recompute: false, data: undefined };
  assertEquals(await settings("{}"), { ...plain, resume: false });
  const file = `{"learningRate": 0.5, "batch": 4, "loss": "all", "stop": ["a"], "recompute": true, "data": "x"}`;
  const read = { "learning-rate": 0.5, batch: 4, loss: "all", stop: ["a"], recompute: true, data: "x" };
  assertEquals(await settings(file), { ...read, resume: false });
  assertEquals(await settings(`\ufeff${file}`), { ...read, resume: false });
  assertEquals(await settings(file, "--batch", "2", "--stop", "b", "--resume"), {
    ...{ ...read, batch: 2, stop: ["b"], resume: true },
  });
});

Deno.test("readSettings() refuses a bad file in one sentence that names file and key", async () => {
  const refused: [content: string, message: string][] = [
    [`{"learning_rate": 1}`, 'sft.json: unknown key "learning_rate"; did you mean "learningRate"?'],
    [`{"learning-rate": 1}`, 'unknown key "learning-rate"; did you mean "learningRate"?'],
    [`{"colour": 1}`, 'sft.json: unknown key "colour"'],
    [`{"resume": true}`, 'unknown key "resume"'],
    [`{"batch": "8"}`, 'sft.json: batch: expected an integer of 1 or more and at most 64 but found "8"'],
    [`{"batch": 65}`, "sft.json: batch: expected an integer of 1 or more and at most 64 but found 65"],
    [`{"batch": 1.5}`, "sft.json: batch: expected an integer"],
    [`{"learningRate": -1}`, "sft.json: learningRate: expected a number of 0 or more"],
    [`{"loss": "some"}`, 'sft.json: loss: expected "all" or "completion"'],
    [`{"recompute": 1}`, "sft.json: recompute: expected true or false"],
    [`{"stop": [1]}`, "sft.json: stop: 0: "],
    [`{"data": ""}`, "sft.json: data: expected a text that is not empty"],
    [`[]`, "sft.json: expected an object of settings but found []"],
    [`{"learningRate": 1e999}`, "sft.json: learningRate: expected a number of 0 or more but found Infinity"],
    [`{"batch": 8`, "sft.json: it is no JSON ("],
  ];
  for (const [content, message] of refused) await assertRejects(() => settings(content), UsageError, message);
  const named = (file: string, message: string) =>
    assertRejects(() => readSettings(["--config", file], flags), UsageError, message);
  await named("no/such.json", "Cannot read no/such.json: there is no such file");
  await named("apps", "Cannot read apps: it is a folder");
});

Deno.test("an object stands in the file alone, and no flag gives it", async () => {
  await using folder = new TemporaryFolder();
  const file = `${folder.path}/serve.json`;
  const table = { judges: { type: "object", help: "by name" }, config: { type: "text", help: "file" } } as const;
  const read = async (content: string, ...args: string[]) => {
    await Deno.writeTextFile(file, content);
    return (await readSettings(["--config", file, ...args], table)).judges;
  };
  assertEquals([await read(`{"judges": {"gpt": {"n": 1}}}`), await read("{}")], [{ gpt: { n: 1 } }, undefined]);
  await assertRejects(() => read(`{"judges": []}`), UsageError, "serve.json: judges: expected an object but found []");
  await assertRejects(() => read("{}", "--judges", "gpt"), UsageError, 'Unknown flag "--judges"');
});
