import { assertEquals, assertStringIncludes } from "@std/assert";
import { runTare, TemporaryFolder } from "../testing.ts";

const few = ["--demonstrations", "40", "--pairs", "30", "--prompts", "20", "--held-out", "10"];

async function bytesOf(folder: string): Promise<Record<string, string>> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return Object.fromEntries(
    await Promise.all(entries.map(async ({ name }) => [name, await Deno.readTextFile(`${folder}/${name}`)])),
  );
}

Deno.test("tare world writes the same bytes for the same seed, and tare data stats reads them all", async () => {
  await using folder = new TemporaryFolder();
  const [first, second, other] = ["a/deep/world", "b", "c"].map((name) => `${folder.path}/${name}`);
  const [one] = await Promise.all([
    runTare(["world", "--out", first!, "--seed", "3", ...few]),
    runTare(["world", "--out", second!, "--seed", "3", ...few, "--json"]),
    runTare(["world", "--out", other!, "--seed", "4", "--severity", "family", ...few]),
  ]);
  assertEquals(one.code, 0, one.stderr);
  assertStringIncludes(one.stdout, "ratings.jsonl                  60");
  const files = await bytesOf(first!);
  assertEquals(await bytesOf(second!), files);
  const { seed, noise, pairs, severity } = JSON.parse((await bytesOf(other!))["world.json"]!);
  assertEquals([seed, noise, pairs, severity], [4, 0.2, 30, "family"]);
  for (const [name, rows] of [["demonstrations", 40], ["judge_preferences", 30], ["ratings", 60], ["prompts", 20]]) {
    const args = ["data", "stats", `${first}/${name}.jsonl`, "--tokenizer", first!, "--context", "96", "--json"];
    const { code, stdout, stderr } = await runTare(args);
    assertEquals(code, 0, stderr);
    const { examples, skips } = JSON.parse(stdout);
    assertEquals([examples, skips], [rows, {}], name as string);
  }
});

Deno.test("tare world replaces a world only with --force, and never what is no world", async () => {
  await using folder = new TemporaryFolder();
  const out = `${folder.path}/world`;
  const run = (...args: string[]) => runTare(["world", "--out", out, ...few, ...args]);
  assertEquals((await run()).code, 0);
  const before = await bytesOf(out);
  const refused = await run("--seed", "1");
  assertEquals([refused.code, await bytesOf(out)], [2, before]);
  assertStringIncludes(refused.stderr, "give --force to replace it");
  assertEquals((await run("--seed", "1", "--force")).code, 0);
  const after = await bytesOf(out);
  assertEquals(JSON.parse(after["world.json"]!).seed, 1);
  await Deno.writeTextFile(`${out}/notes.txt`, "mine");
  const foreign = await run("--seed", "2", "--force");
  assertEquals([foreign.code, await bytesOf(out)], [2, { ...after, "notes.txt": "mine" }]);
  assertStringIncludes(foreign.stderr, "it holds notes.txt, which is no file of a world");
  assertEquals((await Array.fromAsync(Deno.readDir(folder.path))).length, 1, "something was left behind");
  const file = await runTare(["world", "--out", `${out}/notes.txt`, ...few]);
  assertEquals(file.code, 2);
  assertStringIncludes(file.stderr, "it is a file, not a folder");
  const bare = await runTare(["world"]);
  assertEquals(bare.code, 2);
  assertStringIncludes(bare.stderr, "Expected --out with the folder to write");
});
