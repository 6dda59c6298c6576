import { openDevice } from "@tare/core";
import { DivergenceError, type TrainingState, type TrainingStep } from "@tare/finetune";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openRun } from "./run_folder.ts";
import { folderWithModel, readLines, runTare, silent, TemporaryFolder } from "./testing.ts";
import { train } from "./training.ts";
import type { TrainingValues } from "./training_flags.ts";

/** Steps of a trainer without a model, the second of them the best; it may diverge after some. */
async function* fakeSteps(steps: number, divergesAfter = Infinity): AsyncGenerator<TrainingStep> {
  for (let step = 1; step <= steps; step++) {
    if (step > divergesAfter) throw new DivergenceError("It diverged", { step, value: NaN, unharmed: true });
    const best = step === 1 ? null : { step: 2, loss: 1 };
    const state = { step, best } as unknown as TrainingState; // of what is saved nothing is read here
    yield { ...{ step, steps, epoch: 1, metrics: { loss: step }, best: step === 2 }, state };
  }
}

/** Drives them in a new folder; the checkpoint of a step holds its number. */
async function drive(path: string, steps: AsyncIterable<TrainingStep>, values: Partial<TrainingValues>) {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using run = await openRun(path, { resume: false, force: false });
  const record = { ...{ tare: "0", command: "sft", device: "cpu" }, settings: {}, inputs: {} };
  const checkpoint = ({ step }: TrainingState) => [{ name: "config.json", bytes: new Blob([`${step}`]).stream() }];
  return await train({ device, run, record, steps: () => steps, checkpoint }, values as TrainingValues, silent);
}

Deno.test("train() puts the best model into the folder, or with keep the last one", async () => {
  await using temporary = new TemporaryFolder();
  for (const [keep, kept] of [["best", 2], ["last", 4]] as const) {
    const path = `${temporary.path}/${keep}`;
    const report = await drive(path, fakeSteps(4), { keep });
    assertEquals(report, { out: path, steps: 4, kept, metrics: { loss: 4 } });
    assertEquals(await Deno.readTextFile(`${path}/config.json`), `${kept}`);
    assertEquals((await readLines(`${path}/metrics.jsonl`)).map(({ step }) => step), [1, 2, 3, 4]);
  }
});

Deno.test("train() names the last good checkpoint of a run that diverges, and keeps it", async () => {
  await using temporary = new TemporaryFolder();
  const path = `${temporary.path}/run`;
  const message = `It diverged; the last good checkpoint is ${path}/step-2`;
  await assertRejects(() => drive(path, fakeSteps(9, 4), {}), DivergenceError, message);
  assertEquals(await Deno.readTextFile(`${path}/step-2/config.json`), "2");
  const early = `${temporary.path}/early`;
  await assertRejects(() => drive(early, fakeSteps(9, 0), {}), DivergenceError, "it was before the first checkpoint");
});

Deno.test("a run that diverges ends with exit code 1, in one sentence", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const { code, stderr } = await runTare([
    ...["sft", "--data", `${path}/demonstrations.jsonl`, "--model", path, "--out", `${path}/run`, "--device", "cpu"],
    ...["--threads", "1", "--batch", "8", "--steps", "200", "--learning-rate", "50", "--warmup", "0"],
  ]);
  assertEquals(code, 1, stderr);
  assertStringIncludes(stderr.trimEnd().split("\n").at(-1)!, "Training diverged at step ");
});

Deno.test("training commands refuse bad input with one sentence and exit code 2, and leave no folder", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  await Deno.writeTextFile(`${path}/bad.jsonl`, '{"prompt":"a","completion":"b"}\n{"prompt":"a","completion":7}\n');
  await Deno.writeTextFile(`${path}/bad.json`, '{"learningrate": 1}');
  const [data, model] = [["--data", `${path}/demonstrations.jsonl`], ["--model", path]];
  const cases: [args: string[], sentence: string][] = [
    [["sft", ...data, ...model], "Expected --out with a folder for the run"],
    [["sft", ...model, "--out", `${path}/x`], "Expected --data with a file of examples"],
    [
      ["sft", ...data, "--out", `${path}/x`],
      "or --size with a built-in size and --tokenizer with a folder, but found nei",
    ],
    [["sft", ...data, "--size", "d64", "--out", `${path}/x`], "Expected --size with --tokenizer"],
    [["sft", ...data, "--size", "d65", "--out", `${path}/x`], "Expected --size to be gpt-5m or d64 or d96 or d128 but"],
    [["sft", "--data", `${path}/no.jsonl`, ...model, "--out", `${path}/x`], "no.jsonl: there is no such file"],
    [["sft", "--data", `${path}/bad.jsonl`, ...model, "--out", `${path}/x`], "bad.jsonl, line 2: completion: expected"],
    [
      ["dpo", ...data, ...model, "--out", `${path}/x`],
      "demonstrations.jsonl, line 1: expected the fields chosen and rej",
    ],
    [["sft", ...data, ...model, "--out", path], "it holds other files, such as"],
    [["sft", ...data, ...model, "--out", `${path}/bad.jsonl`], "it is a file; give a folder"],
    [["sft", ...data, ...model, "--out", `${path}/x`, "--context", "9999"], "Expected --context of at most 4096"],
    [["sft", ...data, ...model, "--out", `${path}/x`, "--context", "3"], "but found none in 60 rows: 60 too long"],
    [["sft", ...data, ...model, "--out", `${path}/x`, "--epochs", "0"], "Expected --epochs to be above 0"],
    [["sft", ...data, ...model, "--out", `${path}/x`, "--config", `${path}/bad.json`], 'did you mean "learningRate"?'],
    [["sft", ...data, ...model, "--out", `${path}/x`, "--resume", "--force"], "but found both"],
    [["sft", ...data, ...model, "--out", `${path}/x`, "--lora-alpha", "8"], "Expected --lora-rank beside --lora-alpha"],
    [
      ["reward", "--score", `${path}/ratings.jsonl`, ...model],
      "Expected --score with --model, a reward model, and --out",
    ],
    [["reward", "--score", `${path}/ratings.jsonl`, ...data], "Expected --score, to score, or --data, to train"],
    [["reward", "--score", `${path}/ratings.jsonl`, ...model, "--out", `${path}/x`], "but found one without a score"],
  ];
  for (let at = 0; at < cases.length; at += 3) {
    await Promise.all(
      cases.slice(at, at + 3).map(async ([args, sentence], i) => {
        const own = args.map((arg) => arg === `${path}/x` ? `${path}/x${at + i}` : arg);
        const { code, stdout, stderr } = await runTare([...own, "--device", "cpu", "--threads", "1"]);
        assertEquals([code, stdout], [2, ""], stderr);
        assertStringIncludes(stderr.trimEnd().split("\n").at(-1)!, sentence);
      }),
    );
  }
  assertEquals([...Deno.readDirSync(path)].filter(({ name }) => name.startsWith("x")), []);
});
