import { assert, assertEquals } from "@std/assert";
import { folderWithModel, quick, readJson, readLines, runTare } from "../testing.ts";

Deno.test("tare reward learns pairs or ratings and scores a file in its order, in raw and in reference units", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const trained = await Promise.all(["preferences", "ratings"].map((data) =>
    runTare([
      ...["reward", "--data", `${path}/${data}.jsonl`, "--model", path, "--out", `${path}/${data}`],
      ...["--epochs", "6", ...quick],
    ])
  ));
  assertEquals(trained.map(({ code }) => code), [0, 0], trained.map(({ stderr }) => stderr).join());
  const { architectures, tare } = await readJson(`${path}/preferences/config.json`);
  assertEquals([architectures, tare.reward.samples > 1], [["LlamaForSequenceClassification"], true]);
  const score = (data: string, ...flags: string[]) =>
    runTare([
      ...["reward", "--score", `${path}/${data}`, "--model", `${path}/preferences`, "--out", `${path}/scored.jsonl`],
      ...["--device", "cpu", "--threads", "1", "--json", ...flags],
    ]);
  const { code, stdout, stderr } = await score("preferences.jsonl");
  assertEquals(code, 0, stderr);
  const { accuracy, scored } = JSON.parse(stdout);
  assert(accuracy.accuracy > 0.9 && accuracy.low < accuracy.accuracy, "it has not learned the pairs");
  const [given, rows] = [await readLines(`${path}/preferences.jsonl`), await readLines(`${path}/scored.jsonl`)];
  assertEquals([scored, rows.map(({ prompt }) => prompt)], [60, given.map(({ prompt }) => prompt)]);
  const { chosen_reward: raw, normalized_chosen_reward: normal } = rows[0];
  const { mean, std } = tare.reward;
  assert(Math.abs((raw - mean) / std - normal) < 1e-5);

  await Deno.writeTextFile(`${path}/some.jsonl`, '{"prompt":"a","completion":" b"}\n{"prompt":"a","completion":""}\n');
  assertEquals((await score("some.jsonl")).code, 2);
  assertEquals((await score("some.jsonl", "--force")).code, 0);
  const [first, second] = await readLines(`${path}/scored.jsonl`);
  assertEquals([typeof first.reward, second], ["number", { prompt: "a", completion: "", skip: "empty completion" }]);
});
