import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { readPointer } from "../checkpoints.ts";
import { folderWithModel, quick, readJson, readLines, runTare, spawnTare, waitFor } from "../testing.ts";

Deno.test("tare sft writes a checkpoint, a line of metrics a step, and all that it used; tare generate takes it", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const out = `${path}/runs/sft`;
  await Deno.writeTextFile(`${path}/sft.json`, `{"epochs": 3, "evalEvery": 5, "seed": 1}`);
  const args = ["sft", "--data", `${path}/demonstrations.jsonl`, "--model", path, "--out", out, ...quick];
  const { code, stdout, stderr } = await runTare([...args, "--config", `${path}/sft.json`, "--seed", "2", "--json"]);
  assertEquals(code, 0, stderr);
  const report = JSON.parse(stdout);
  const metrics = await readLines(`${out}/metrics.jsonl`);
  assertEquals([report.steps, metrics.map(({ step }) => step)], [metrics.length, metrics.map((_, i) => i + 1)]);
  assert(metrics.at(-1)!.loss < metrics[0]!.loss - 0.5, "it did not learn");
  const evaluations = metrics.filter((line) => "eval/loss" in line);
  const best = evaluations.toSorted((a, b) => a["eval/loss"] - b["eval/loss"])[0]!.step;
  assertEquals([report.kept, await readPointer(out, "best")], [best, best]);
  const { settings, inputs, command } = await readJson(`${out}/run.json`);
  assertEquals([command, settings.epochs, settings.seed, settings.evalEvery, settings.context], ["sft", 3, 2, 5, 512]);
  assertEquals([inputs.data.rows, inputs.data.sha256.length, inputs.model.sha256.length], [60, 64, 64]);
  const tokenizer = await Promise.all([path, out].map((from) => Deno.readFile(`${from}/tokenizer.json`)));
  assertEquals(tokenizer[0], tokenizer[1]);
  const generated = await runTare([
    "generate",
    "--model",
    out,
    "--prompt",
    "a",
    "--max-tokens",
    "2",
    "--device",
    "cpu",
  ]);
  assertEquals(generated.code, 0, generated.stderr);

  const [refused, other, resumed, begun] = [
    await runTare(args),
    await runTare([...args, "--resume"]),
    await runTare([...args, "--config", `${path}/sft.json`, "--seed", "2", "--resume"]),
    await runTare([...args, "--force", "--steps", "1"]),
  ];
  assertEquals([refused.code, other.code, resumed.code, begun.code], [2, 2, 0, 0], begun.stderr);
  assertStringIncludes(refused.stderr, `Cannot write to ${out}: it holds a run; go on with it by --resume`);
  assertStringIncludes(other.stderr, "not all is as it was: epochs is 1 and was 3; seed is 0 and was 2");
  assertStringIncludes(resumed.stderr, "is finished");
  assertEquals((await readLines(`${out}/metrics.jsonl`)).length, 1);
});

Deno.test("tare sft ends after a step at Ctrl-C, with a checkpoint of it; with other settings it does not go on", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const out = `${path}/run`;
  const args = ["sft", "--data", `${path}/demonstrations.jsonl`, "--model", path, "--out", out, ...quick];
  const child = spawnTare(...args, "--steps", "100000");
  await child.stdin.close();
  const metricsNow = () => Deno.readTextFile(`${out}/metrics.jsonl`).catch(() => "");
  await waitFor(child, async () => (await metricsNow()).includes('"step":5,'));
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assertEquals(code, 130);
  const { step } = (await readLines(`${out}/metrics.jsonl`)).at(-1)!;
  assertEquals(await readPointer(out, "latest"), step);
  assertStringIncludes(new TextDecoder().decode(stderr), `Stopped after step ${step} of 100000: the same command`);
  const { code: refused, stderr: reason } = await runTare([...args, "--steps", "9", "--resume"]);
  assertEquals(refused, 2);
  assertStringIncludes(reason, "because not all is as it was: steps is 9 and was 100000. Give what");
});

Deno.test("tare sft begins with a built-in size, the vocabulary of the tokenizer, and no more permissions than it needs", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const out = `${path}/run`;
  const command = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-q", "--no-check", "--no-prompt", "--allow-sys=systemMemoryInfo"],
      `--allow-read=${path},${out}`,
      `--allow-write=${out}`,
      new URL("../mod.ts", import.meta.url).href,
      ...["sft", "--data", `${path}/preferences.jsonl`, "--take", "both", "--loss", "all"],
      ...["--size", "d64", "--tokenizer", path, "--out", out, "--steps", "2", ...quick],
    ],
    ...{ stdin: "null", stdout: "piped", stderr: "piped", env: { NO_COLOR: "1" } },
  });
  const { code, stderr } = await command.output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  const { model_type, hidden_size, vocab_size } = await readJson(`${out}/config.json`);
  const tokens = Object.keys((await readJson(`${path}/tokenizer.json`)).model.vocab).length;
  assertEquals([model_type, hidden_size], ["llama", 64]);
  assert(vocab_size >= tokens);
});
