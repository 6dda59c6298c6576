import { assertEquals, assertRejects } from "@std/assert";
import { TemporaryFolder } from "../../testing.ts";
import { few, writeFakePipeline } from "../fakes.ts";
import { findSources } from "./find.ts";

async function pipeline(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  await writeFakePipeline(folder.path);
  return folder;
}

Deno.test("findSources() finds runs, comparisons, baselines and stages one level below a folder", async () => {
  await using folder = await pipeline();
  const { runs, comparisons, baselines, stages } = await findSources([folder.path]);
  assertEquals(runs.map(({ name, contrastive }) => [name, contrastive]), [["contrastive", true], ["ppo", false]]);
  assertEquals(runs.map(({ metrics, episodes }) => [metrics.length, episodes.length]), [[6, 48], [6, 48]]);
  assertEquals(comparisons.map(({ name, policies }) => [name, policies.length]), [["eval", 5]]);
  assertEquals(baselines.map(({ name, table }) => [name, table.rows.size]), [["baselines.jsonl", few.prompts]]);
  assertEquals(stages.map(({ name, command, seconds }) => [name, command, seconds]), [
    ...[["world", "world", 12.5], ["baselines.jsonl", "sample", 12.5]],
    ...[["contrastive", "ppo", undefined], ["ppo", "ppo", undefined]],
  ]);
});

Deno.test("findSources() keeps texts of the first and last iteration only", async () => {
  await using folder = await pipeline();
  const { runs: [run] } = await findSources([folder.path]);
  const steps = run!.episodes.filter(({ prompt, response }) => prompt && response).map(({ step }) => step);
  assertEquals([...new Set(steps)], [1, 6]);
});

Deno.test("findSources() takes folders one by one, a file of baselines, and nothing twice", async () => {
  await using folder = await pipeline();
  const { path } = folder;
  const { runs, baselines } = await findSources([`${path}/ppo`, `${path}/baselines.jsonl`, `${path}/ppo/`, path]);
  assertEquals(runs.map(({ name }) => name), ["ppo", "contrastive"]);
  assertEquals(baselines.length, 1);
});

Deno.test("findSources() tells runs of one name apart by their parents", async () => {
  await using a = await pipeline();
  await using b = await pipeline();
  const names = (await findSources([`${a.path}/ppo`, `${b.path}/ppo`])).runs.map(({ name }) => name);
  assertEquals(names, [a, b].map(({ path }) => `${path.split("/").at(-1)}/ppo`));
});

Deno.test("findSources() reads a run under way, whose last lines a kill broke off", async () => {
  await using folder = await pipeline();
  const { path } = folder;
  for (const file of ["ppo/metrics.jsonl", "ppo/episodes.jsonl"]) {
    await Deno.writeTextFile(`${path}/${file}`, '{"step":7,"prom', { append: true });
  }
  const { runs: [run] } = await findSources([`${path}/ppo`]);
  assertEquals([run!.metrics.length, run!.episodes.length], [6, 48]);
});

Deno.test("findSources() names file, line and field of what is damaged", async () => {
  await using folder = await pipeline();
  const { path } = folder;
  const episodes = await Deno.readTextFile(`${path}/ppo/episodes.jsonl`);
  const damaged: [file: string, text: string, message: string][] = [
    ["ppo/episodes.jsonl", '{"step":"one"}\n', "ppo/episodes.jsonl, line 1: step: expected number, received string"],
    ["ppo/episodes.jsonl", `{]\n${episodes}`, "ppo/episodes.jsonl, line 1: expected JSON"],
    [
      "ppo/metrics.jsonl",
      '{"step":1,"objective/kl":"much"}\n',
      "ppo/metrics.jsonl, line 1: objective/kl: expected number",
    ],
    ["eval/table.json", "{", "eval/table.json: expected JSON"],
    ["eval/table.json", '{"policies":3}', "eval/table.json: "],
    ["eval/responses.jsonl", '{"policy":1}\n', "eval/responses.jsonl, line 1: policy: "],
    ["baselines.jsonl", '{"promptId":"a"}\n', "baselines.jsonl, line 1: "],
    ["stages.json", "[]", "stages.json: "],
    ["world/world.json", "7", "world/world.json: "],
  ];
  for (const [file, text, message] of damaged) {
    const before = await Deno.readTextFile(`${path}/${file}`);
    await Deno.writeTextFile(`${path}/${file}`, text);
    await assertRejects(() => findSources([path]), Error, message);
    await Deno.writeTextFile(`${path}/${file}`, before);
  }
  await findSources([path]);
});

Deno.test("findSources() refuses a folder that is not there, and one with nothing to report", async () => {
  await using folder = await pipeline();
  await assertRejects(() => findSources([`${folder.path}/none`]), RangeError, "there is no such folder or file");
  await assertRejects(
    () => findSources([folder.path, `${folder.path}/world`]),
    RangeError,
    "Found nothing to report in ",
  );
});
