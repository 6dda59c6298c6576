import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createWorld, gold } from "@tare/data/world";
import { comparisonTable } from "../compare/table.ts";
import { parseFlags, UsageError } from "../flags.ts";
import { readJson, readLines, runTare, silent, TemporaryFolder, writeTinyModel } from "../testing.ts";
import { evalCompare } from "./eval_compare.ts";

/** Two policies, a reward model and a judge, and prompts of the world. */
async function folderToCompare(count: number): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  const models = {
    sft: { seed: 1 },
    ppo: { seed: 2 },
    reward: { seed: 3, score: true },
    judge: { seed: 4, score: true },
  };
  await Promise.all(
    Object.entries(models).map(async ([name, options]) => {
      await Deno.mkdir(`${folder.path}/${name}`);
      await writeTinyModel(`${folder.path}/${name}`, options);
    }),
  );
  const prompts = createWorld({ seed: 7 }).prompts(count, "held-out");
  await Deno.writeTextFile(`${folder.path}/prompts.jsonl`, prompts.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return folder;
}

/** Arguments for the folder. */
function argumentsFor({ path }: TemporaryFolder, out: string, ...more: string[]): string[] {
  return [
    ...[
      `sft=${path}/sft`,
      `ppo=${path}/ppo`,
      "--prompts",
      `${path}/prompts.jsonl`,
      "--out",
      `${path}/${out}`,
    ],
    ...["--max-tokens", "6", "--device", "cpu", ...more],
  ];
}

/** Runs the command within this program. */
async function run(args: readonly string[], context = silent): Promise<object> {
  return await evalCompare.run(parseFlags(args, evalCompare.flags), context);
}

Deno.test("tare eval compare writes responses and a table that follows from them, the same bytes for any threads", async () => {
  await using folder = await folderToCompare(9);
  const { path } = folder;
  const all = [
    "--gold",
    "world",
    "--reward",
    `${path}/reward`,
    "--judge",
    `${path}/judge`,
    "--best-of",
    "3",
    "--seed",
    "7",
  ];
  const [{ code, stdout, stderr }] = await Promise.all([
    runTare(["eval", "compare", ...argumentsFor(folder, "one", ...all, "--threads", "1", "--json")]),
    run(argumentsFor(folder, "deep/two", ...all, "--threads", "2")),
  ]);
  assertEquals(code, 0, stderr);
  for (const name of ["table.json", "responses.jsonl", "verdicts.jsonl"]) {
    assertEquals(await Deno.readTextFile(`${path}/one/${name}`), await Deno.readTextFile(`${path}/deep/two/${name}`));
  }
  const table = await readJson(`${path}/one/table.json`);
  const responses = await readLines(`${path}/one/responses.jsonl`);
  assertEquals(JSON.parse(stdout), { out: `${path}/one`, ...table });
  assertEquals(table, comparisonTable(responses, await readLines(`${path}/one/verdicts.jsonl`), 7));
  assertEquals(responses.length, 27);
  assertEquals(table.policies.map(({ name }: { name: string }) => name), ["sft", "ppo", "best-of-3"]);
  for (const row of responses) assertEquals(row.gold, gold(row.prompt, row.response));
  const kls = responses.map(({ policy, kl }) => [policy, kl !== undefined]);
  assertEquals(kls.filter(([policy, kl]) => kl !== (policy === "ppo")), []);
  const [sft, ppo, best] = table.policies;
  assert(best.reward.mean > sft.reward.mean && ppo.kl > 0);
  const { settings, inputs } = await readJson(`${path}/one/run.json`);
  assertEquals([settings.seed, settings.bestOf, Object.keys(inputs.scorers)], [7, 3, ["gold", "judge", "reward"]]);
  assertEquals(inputs.policies.sft.slice(0, 7), "sha256:");
});

Deno.test("tare eval compare shows with --resume what is there, if it is the same, and replaces it with --force only", async () => {
  await using folder = await folderToCompare(3);
  const args = (...more: string[]) => argumentsFor(folder, "out", "--gold", "world", ...more);
  const first = await run(args("--resume"));
  const file = `${folder.path}/out/table.json`;
  const { mtime } = await Deno.stat(file);
  assertEquals(await run(args("--resume")), first);
  assertEquals((await Deno.stat(file)).mtime, mtime);
  await assertRejects(() => run(args("--resume", "--seed", "1")), UsageError, "seed is 1 and was 0");
  await assertRejects(() => run(args("--resume", "--force")), UsageError, "but found both");
  await assertRejects(() => run(args()), RangeError, "there is a comparison in it; give --force");
  await run(args("--force", "--seed", "1"));
  assertEquals((await readJson(file)).seed, 1);
  await Deno.writeTextFile(`${folder.path}/out/notes.txt`, "mine");
  await assertRejects(() => run(args("--force")), RangeError, "it holds notes.txt");
});

Deno.test("tare eval compare draws by the same random numbers for all policies: equal ones say the same", async () => {
  await using folder = await folderToCompare(5);
  await run(argumentsFor(folder, "out", "--reward", `${folder.path}/reward`, `twin=${folder.path}/sft`));
  const { policies, pairs } = await readJson(`${folder.path}/out/table.json`);
  const [sft, , twin] = policies;
  assertEquals([twin.reward, twin.length], [sft.reward, sft.length]);
  assert(Math.abs(twin.kl) < 1e-4);
  const { tie, rate } = pairs.find(({ a, b }: { a: string; b: string }) => a === "twin" && b === "sft");
  assertEquals([tie, rate.mean], [5, 0.5]);
});

Deno.test("tare eval compare shows one bar, which comes to its end with the last score", async () => {
  await using folder = await folderToCompare(3);
  const shares: number[] = [];
  const bar = () => ({ show: (done: number, all: number) => void shares.push(done / all), [Symbol.dispose]: () => {} });
  const args = argumentsFor(folder, "out", "--reward", `${folder.path}/reward`, "--gold", "world", "--best-of", "2");
  await run(args, { ...silent, bar });
  assertEquals([shares.at(-1), shares.filter((share) => share >= 1).length], [1, 1]);
});

Deno.test("tare eval compare takes policies with tokenizers of their own, and leaves KL out", async () => {
  await using folder = await folderToCompare(3);
  const file = `${folder.path}/ppo/tokenizer.json`;
  await Deno.writeTextFile(file, `${await Deno.readTextFile(file)}\n`); // another file, so far as anybody can tell
  await run(argumentsFor(folder, "out", "--reward", `${folder.path}/reward`));
  const { policies } = await readJson(`${folder.path}/out/table.json`);
  assertEquals(policies.map(({ kl }: { kl?: number }) => kl), [undefined, undefined]);
});

Deno.test("tare eval compare refuses what it cannot compare, before anything is drawn", async () => {
  await using folder = await folderToCompare(2);
  const { path } = folder;
  const usual = argumentsFor(folder, "out", "--gold", "world");
  const refused: [args: string[], message: string][] = [
    [argumentsFor(folder, "out"), "Expected --gold world, --judge, --reward or --gpt"],
    [usual.slice(0, 2), "Expected --out with a folder"],
    [["runs/sft", ...usual], 'but found "sft" twice'],
    [[`ppo=${path}/sft`, ...usual.slice(1)], 'but found "ppo" twice'],
    [
      [`a=${path}/reward`, ...usual],
      `${path}/reward: Expected a language model but found a reward`,
    ],
    [[`a=${path}/nothing`, ...usual], `Cannot open ${path}/nothing: there is no such folder`],
    [[...usual, "--judge", `${path}/sft`], `${path}/sft: Expected a reward model`],
    [[...usual, "--judge", `${path}/judge`, "--reward", `${path}/judge`], "Expected --judge to be another model"],
    [[...usual, "--best-of", "4"], "Expected --reward beside --best-of"],
  ];
  for (const [args, message] of refused) await assertRejects(() => run(args), Error, message);
  await Deno.writeTextFile(`${path}/prompts.jsonl`, '{"prompt":"Who are you?"}\n');
  await assertRejects(() => run(usual), SyntaxError, `${path}/prompts.jsonl: `);
  assertEquals((await Array.fromAsync(Deno.readDir(path))).some(({ name }) => name === "out"), false);
});

Deno.test("tare eval compare ends with exit code 2 and a sentence on bad input", async () => {
  const { code, stderr } = await runTare(["eval", "compare", "sft"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "Expected --out");
});
