import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { demoPipeline } from "../demo_pipeline.ts";
import { readJson, readLines, runTare, TemporaryFolder } from "../testing.ts";

/** The demo's own pipeline with so little of everything that it takes seconds. */
function tinyDemo(): object {
  const few: Readonly<Record<string, object>> = {
    world: { demonstrations: 60, pairs: 40, prompts: 8, heldOut: 8 },
    sft: { steps: 4 },
    reward: { steps: 3 },
    judge: { steps: 3 },
    baselines: { k: 2 },
    ...{ ppo: { iterations: 2, episodes: 6 }, contrastive: { iterations: 2, episodes: 6 } },
    dpo: { steps: 2 },
    eval: { bestOf: 2 },
  };
  const less = (stage: { name: string }): object => ({ ...stage, ...few[stage.name] });
  const { out, stages } = demoPipeline(3, true) as { out: string; stages: ({ name: string } | { name: string }[])[] };
  const all = stages.map((group) => Array.isArray(group) ? group.map(less) : less(group));
  return { out, stages: all };
}

Deno.test("the demo's pipeline gives the same table on any number of threads, with every policy, and a report", async () => {
  await using folder = new TemporaryFolder();
  const { path } = folder;
  for (const threads of ["1", "2"]) {
    await Deno.mkdir(`${path}/${threads}`);
    await Deno.writeTextFile(`${path}/${threads}/pipeline.json`, JSON.stringify(tinyDemo()));
    const args = ["run", `${path}/${threads}/pipeline.json`, "--device", "cpu", "--threads", threads];
    const { code, stdout, stderr } = await runTare(args);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "to do, beside contrastive");
  }
  const table = await readJson(`${path}/1/eval/table.json`);
  assertEquals(await readJson(`${path}/2/eval/table.json`), table);
  assertEquals(table.policies.map(({ name }: { name: string }) => name), [
    "sft",
    "dpo",
    "ppo",
    "contrastive",
    "best-of-2",
  ]);
  const args = table.policies.map(({ name }: { name: string }) => `${name}=${path}/1/eval/responses.jsonl`);
  const again = await runTare(["eval", "compare", ...args, "--gold", "world", "--seed", "3", "--out", `${path}/again`]);
  assertEquals(again.code, 0, again.stderr);
  const byGold = ({ by }: { by: string }) => by === "gold";
  assertEquals((await readJson(`${path}/again/table.json`)).pairs, table.pairs.filter(byGold));
  const [ppo, contrastive] = [
    await readLines(`${path}/1/ppo/metrics.jsonl`),
    await readLines(`${path}/1/contrastive/metrics.jsonl`),
  ];
  // Their first episodes are the same ones.
  assertAlmostEquals(ppo[0]["contrastive/raw_reward"], contrastive[0]["contrastive/raw_reward"], 1e-5);
  assert(ppo[0]["objective/scores"] !== contrastive[0]["objective/scores"]);
  assertStringIncludes(await Deno.readTextFile(`${path}/1/report.html`), "</html>");
});

Deno.test("tare demo refuses a folder with other files, and a file", async () => {
  await using folder = new TemporaryFolder();
  const { path } = folder;
  await Deno.writeTextFile(`${path}/notes.txt`, "mine");
  for (
    const [out, sentence] of [[path, "it holds other files, such as notes.txt"], [`${path}/notes.txt`, "it is a file"]]
  ) {
    const { code, stderr } = await runTare(["demo", "--out", out!, "--device", "cpu"]);
    assertEquals([code, stderr.includes(sentence!)], [2, true], stderr);
  }
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name), ["notes.txt"]);
});
