import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { folderWithModel, readJson, runTare, spawnTare, waitFor } from "../testing.ts";

const cpu = ["--device", "cpu", "--threads", "1"];

/** Writes a pipeline of a tiny SFT, then a reward model and DPO side by side. */
async function writePipeline(path: string, { name = "runs", steps = 6, ...sft }: Record<string, unknown> = {}) {
  const learning = { batch: 4, steps, learningRate: 1e-2, saveEvery: 1, evalEvery: 50 };
  const stages = [
    { name: "sft", command: "sft", data: "demonstrations.jsonl", model: ".", ...learning, ...sft },
    [
      { name: "reward", command: "reward", data: "preferences.jsonl", model: `${name}/sft`, ...learning },
      { name: "dpo", command: "dpo", data: "preferences.jsonl", model: `${name}/sft`, ...learning },
    ],
  ];
  await Deno.writeTextFile(`${path}/${name}.json`, JSON.stringify({ out: name, stages }));
  return `${path}/${name}.json`;
}

/** Bytes of what each stage has learned. */
const modelsIn = (folder: string) =>
  Promise.all(["sft", "reward", "dpo"].map((name) => Deno.readFile(`${folder}/${name}/model.safetensors`)));

Deno.test("tare run prints its plan, runs stages, skips what is done, and refuses what is not as it was", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const file = await writePipeline(path);
  const first = await runTare(["run", file, ...cpu]);
  assertEquals(first.code, 0, first.stderr);
  assertStringIncludes(first.stdout, "reward  reward   50 %         to do, beside dpo");
  assertStringIncludes(first.stderr, "dpo: The model of step 6 of 6 is in runs/dpo");
  const before = await modelsIn(`${path}/runs`);
  const { sft } = await readJson(`${path}/runs/stages.json`);
  assertEquals([sft.state, sft.command, sft.settings.steps, Object.keys(sft.inputs)], [
    ...["done", "sft", 6],
    ["demonstrations.jsonl", "."],
  ]);

  const again = await runTare(["run", file, ...cpu, "--json"]);
  assertEquals([again.code, again.stdout.split("\n").length], [0, 2], again.stderr);
  const { stages } = JSON.parse(again.stdout);
  assertEquals(Object.entries(stages).map(([name, stage]) => [name, (stage as { skipped: boolean }).skipped]), [
    ...[["sft", true], ["reward", true], ["dpo", true]],
  ]);
  assertEquals([stages.dpo.report.steps, await modelsIn(`${path}/runs`)], [6, before]);

  await writePipeline(path, { epochs: 2 });
  const changed = await runTare(["run", file, ...cpu]);
  assertEquals([changed.code, changed.stdout], [2, ""]);
  assertStringIncludes(changed.stderr, "stage sft, because not all is as it was: epochs is 2 and was 1. Give what");
  await writePipeline(path);
  const pairs = ["a", "b", "c", "d"].map((prompt) => JSON.stringify({ prompt, chosen: " yes", rejected: " no" }));
  await Deno.writeTextFile(`${path}/preferences.jsonl`, `${pairs.join("\n")}\n`, { append: true });
  const other = await runTare(["run", file, ...cpu]);
  assertEquals(other.code, 2);
  assertStringIncludes(other.stderr, "not all is as it was: inputs.preferences.jsonl is");

  const wrong = await runTare(["run", file, "--from", "rewrd", ...cpu]);
  assertEquals([wrong.code, wrong.stderr.includes("did you mean reward?")], [2, true], wrong.stderr);
  const anew = await runTare(["run", file, "--from", "reward", ...cpu]);
  assertEquals(anew.code, 0, anew.stderr);
  const after = await modelsIn(`${path}/runs`);
  assertEquals(after[0], before[0]);
  assert(after[1]!.some((byte, i) => byte !== before[1]![i]), "the reward model is the old one");

  const { dpo, ...others } = await readJson(`${path}/runs/stages.json`); // killed before it could replace an older run
  await Deno.writeTextFile(`${path}/runs/stages.json`, JSON.stringify({ ...others, dpo: { ...dpo, state: "begun" } }));
  const replaced = JSON.parse((await runTare(["run", file, ...cpu, "--json"])).stdout);
  assertEquals([replaced.stages.dpo.skipped, replaced.stages.dpo.report.steps], [false, 6]);
});

Deno.test("tare run names the stage that failed, and takes the corrected pipeline where that had written nothing", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const write = (data: string) => {
    const stage = { name: "sft", command: "sft", data, model: ".", batch: 4, steps: 1 };
    return Deno.writeTextFile(`${path}/p.json`, JSON.stringify({ stages: [stage] }));
  };
  await write("demonstration.jsonl");
  const failed = await runTare(["run", `${path}/p.json`, ...cpu]);
  assertEquals(failed.code, 2, failed.stderr);
  assertStringIncludes(failed.stderr, "Stage sft: ");
  assertEquals((await readJson(`${path}/runs/stages.json`)).sft.state, "begun");
  assertStringIncludes((await runTare(["run", `${path}/p.json`, ...cpu, "--trace"])).stderr, "    at ");
  await write("demonstrations.jsonl");
  const mended = await runTare(["run", `${path}/p.json`, ...cpu]);
  assertEquals(mended.code, 0, mended.stderr);
  assertEquals((await readJson(`${path}/runs/stages.json`)).sft.state, "done");

  await Deno.writeTextFile(`${path}/runs/stages.json`, "{}"); // a run that no record knows, of other settings
  await write("preferences.jsonl");
  const { code, stderr } = await runTare(["run", `${path}/p.json`, ...cpu]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "begin anew with --force (in a pipeline that is --from sft)");
});

Deno.test("tare run that is killed in each stage goes on, and ends with the bytes of one left alone", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const [alone, killed] = [
    await writePipeline(path, { name: "alone", steps: 25 }),
    await writePipeline(path, { name: "killed", steps: 25 }),
  ];
  assertEquals((await runTare(["run", alone, ...cpu])).code, 0);
  for (const stage of ["sft", "reward", "dpo"]) {
    const child = spawnTare("run", killed, ...cpu);
    await child.stdin.close();
    const lines = async () =>
      (await Deno.readTextFile(`${path}/killed/${stage}/metrics.jsonl`).catch(() => "")).split("\n").length - 1;
    await waitFor(child, async () => await lines() >= 3);
    child.kill("SIGKILL");
    assertEquals((await child.output()).signal, "SIGKILL", "it had ended before");
  }
  const { code, stderr } = await runTare(["run", killed, ...cpu]);
  assertEquals(code, 0, stderr);
  assertEquals(await modelsIn(`${path}/killed`), await modelsIn(`${path}/alone`));
});

Deno.test("tare run ends where a stage fails or Ctrl-C comes, with checkpoints of those beside it", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const learning = {
    data: "preferences.jsonl",
    model: ".",
    batch: 4,
    steps: 100000,
    evalEvery: 100000,
    saveEvery: 100000,
  };
  const write = (other: object) =>
    Deno.writeTextFile(
      `${path}/p.json`,
      JSON.stringify({
        stages: [[{ name: "long", command: "reward", ...learning }, {
          name: "other",
          command: "reward",
          ...learning,
          ...other,
        }]],
      }),
    );
  await write({ learningRate: 50, warmup: 0 });
  const failed = await runTare(["run", `${path}/p.json`, ...cpu]);
  assertEquals(failed.code, 1, failed.stderr);
  assertStringIncludes(failed.stderr, "Training diverged at step ");
  await Deno.remove(`${path}/runs`, { recursive: true });
  await write({});
  const child = spawnTare("run", `${path}/p.json`, ...cpu);
  await child.stdin.close();
  for (const stage of ["long", "other"]) {
    await waitFor(
      child,
      async () => (await Deno.readTextFile(`${path}/runs/${stage}/metrics.jsonl`).catch(() => "")) !== "",
    );
  }
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  const said = new TextDecoder().decode(stderr);
  assertEquals(code, 130, said);
  assertStringIncludes(said, " of 100000: the same command goes on"); // a pipeline has no --resume
  for (const stage of ["long", "other"]) assertEquals((await Deno.stat(`${path}/runs/${stage}/latest`)).isFile, true);
});

Deno.test("tare run takes no setting for a file: a folder may be called as a loss is", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const stage = { name: "dpo", command: "dpo", data: "preferences.jsonl", model: ".", batch: 4, steps: 2 }; // --dpo-loss dpo
  await Deno.writeTextFile(`${path}/p.json`, JSON.stringify({ out: ".", stages: [stage] }));
  for (const skipped of [false, true]) {
    const { code, stdout, stderr } = await runTare(["run", `${path}/p.json`, ...cpu, "--json"]);
    assertEquals([code, JSON.parse(stdout || "{}").stages?.dpo.skipped], [0, skipped], stderr);
  }
});
