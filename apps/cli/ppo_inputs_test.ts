import { assertEquals, assertRejects } from "@std/assert";
import { ppo } from "./commands/ppo.ts";
import { sample } from "./commands/sample.ts";
import { parseFlags, UsageError } from "./flags.ts";
import { type PpoInputs, type PpoInputValues, readPpoInputs } from "./ppo_inputs.ts";
import { readLines, silent, TemporaryFolder, writeTinyData, writeTinyModel } from "./testing.ts";

/** A folder with two policies, two reward models, prompts and a table for the first of each. */
async function folderWithTable(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  const { path } = folder;
  const names = ["policy", "policy2", "reward", "reward2"];
  await Promise.all(names.map((name) => Deno.mkdir(`${path}/${name}`)));
  await Promise.all([
    ...names.map((name, seed) => writeTinyModel(`${path}/${name}`, { score: name.startsWith("reward"), seed })),
    writeTinyData(path, 4),
  ]);
  await sample.run(parseFlags(flagsIn(path, { out: `${path}/table.jsonl`, k: "2" }), sample.flags), silent);
  return folder;
}

/** Flags that make sense together, but for some. */
function flagsIn(path: string, more: Readonly<Record<string, string>>): string[] {
  const prompts = `${path}/demonstrations.jsonl`;
  const all = { prompts, model: `${path}/policy`, reward: `${path}/reward`, "max-tokens": "4", ...more };
  return [
    ...Object.entries(all).flatMap(([name, value]) => value === "" ? [`--${name}`] : [`--${name}`, value]),
    ...["--device", "cpu", "--threads", "1"],
  ];
}

function read(path: string, more: Readonly<Record<string, string>>, notes: string[] = []): Promise<PpoInputs> {
  const values = parseFlags(flagsIn(path, more), ppo.flags) as unknown as PpoInputValues; // a table of flags has no names
  return readPpoInputs(values, { ...silent, note: (line) => void notes.push(line) });
}

Deno.test("readPpoInputs() refuses baselines of another run, and what is wrong with them, before weights are read", async () => {
  await using folder = await folderWithTable();
  const { path } = folder;
  const baselines = `${path}/table.jsonl`;
  const notes: string[] = [];
  assertEquals((await read(path, { baselines }, notes)).baselines?.table.rows.size, 4);
  assertEquals(notes.length, 1, `${notes}`);
  await assertRejects(
    () => read(path, { baselines, model: `${path}/policy2` }),
    RangeError,
    "Expected baselines of the policy",
  );

  await assertRejects(
    () => read(path, { baselines, reward: `${path}/reward2` }),
    RangeError,
    "Expected the reward that the table was scored with",
  );
  await assertRejects(() => read(path, { baselines, baseline: "greedy" }), RangeError, "greedy");

  const rows = await readLines(baselines);
  const changed = async (change: (row: Record<string, unknown>) => object, message: string, at = 1) => {
    const lines = rows.map((row, i) => JSON.stringify(i === at ? change(row) : row));
    await Deno.writeTextFile(`${path}/other.jsonl`, `${lines.join("\n")}\n`);
    await assertRejects(() => read(path, { baselines: `${path}/other.jsonl` }), Error, message);
  };
  await changed(() => rows[0], "twice");
  await changed((row) => ({ ...row, promptId: "x" }), "Expected a baseline for prompt");
  await changed(
    (row) => ({ ...row, promptHash: rows[0].promptHash, prompt: undefined }),
    "to have the text that its baseline was sampled for",
  );
  await changed((row) => ({ ...row, template: "sha256:01" }), "Expected one template in all rows");
  await changed((row) => ({ ...row, rewards: [null, 1] }), "line 2: rewards.0: expected a number but found null");
  await changed((row) => ({ ...row, rewards: [1] }), "line 2: expected 2 rewards");
  await changed(
    (row) => ({ ...row, responses: [], rewards: [], sampling: { ...rows[0].sampling, k: 0 } }),
    "sampling.k: expected 1 response",
  );
  await Deno.writeTextFile(
    `${path}/other.jsonl`,
    rows.map((row) => `${JSON.stringify({ ...row, template: "t" })}\n`).join(""),
  );
  await assertRejects(
    () => read(path, { baselines: `${path}/other.jsonl` }),
    RangeError,
    "Expected baselines of the template",
  );
});

Deno.test("readPpoInputs() says where rollouts will be drawn otherwise than the baselines were", async () => {
  await using folder = await folderWithTable();
  const { path } = folder;
  const notes: string[] = [];
  const more = { baselines: `${path}/table.jsonl`, temperature: "0.7", "max-tokens": "3" };
  await read(path, more, notes);
  assertEquals(
    notes.slice(1).map((line) => /drawn with (.*), and those of this run will be with (\S+):/.exec(line)?.slice(1)),
    [
      ["--temperature 1", "0.7"],
      ["--max-tokens 4", "3"],
    ],
  );
});

Deno.test("readPpoInputs() refuses flags that contradict each other, and gold where prompts have none", async () => {
  await using folder = await folderWithTable();
  const { path } = folder;
  const refused: [Readonly<Record<string, string>>, string][] = [
    [{ "running-scale": "", "reward-scale": "2" }, "Expected --reward-scale or --running-scale but found both"],
    [{ advantages: "rloo", critic: "reward" }, "Expected no --critic with --advantages rloo"],
    [
      { critic: "reward", "reward-url": "http://localhost:1", "reward-kind": "classify" },
      "Expected --critic zero with --reward-url",
    ],
    [{ "eval-every": "2" }, "Expected --eval-prompts beside --eval-every"],
    [{ keep: "best" }, "Expected --eval-prompts beside --keep best"],
    [{ baseline: "mean" }, "Expected --baselines beside --baseline"],
  ];
  for (const [more, message] of refused) await assertRejects(() => read(path, more), UsageError, message);
  const file = `${path}/demonstrations.jsonl`;
  await assertRejects(
    () => read(path, { gold: "world" }),
    SyntaxError,
    `${file}: Expected a prompt of the preference world`,
  );
});

Deno.test("readPpoInputs() refuses a critic from a reward model whose ids mean something else", async () => {
  await using folder = await folderWithTable();
  const { path } = folder;
  assertEquals((await read(path, { critic: "reward" })).prompts.length, 4);
  const tokenizer = `${path}/reward/tokenizer.json`;
  await Deno.writeTextFile(tokenizer, "\n", { append: true });
  await assertRejects(() => read(path, { critic: "reward" }), RangeError, "give --critic zero");
  assertEquals((await read(path, { critic: "zero" })).prompts.length, 4);
});
