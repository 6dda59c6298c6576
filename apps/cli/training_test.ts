import { assertEquals, assertStringIncludes } from "@std/assert";
import { folderWithModel, runTare } from "./testing.ts";

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
    [["sft", ...data, ...model, "--out", `${path}/x`, "--epochs", "0"], "Expected epochs of training to be above 0"],
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
