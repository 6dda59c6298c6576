import { assert, assertEquals } from "@std/assert";
import { loadModel, openDevice } from "@tare/core";
import { openFolder } from "../files.ts";
import { folderWithModel, quick, readJson, readLines, runTare } from "../testing.ts";

Deno.test("tare dpo with an adapter writes it in PEFT's format beside the model that holds it", async () => {
  await using folder = await folderWithModel();
  const { path } = folder;
  const out = `${path}/dpo`;
  const { code, stderr } = await runTare([
    ...["dpo", "--data", `${path}/preferences.jsonl`, "--model", path, "--out", out, "--lora-rank", "2", ...quick],
  ]);
  assertEquals(code, 0, stderr);
  assertEquals((await readJson(`${out}/adapter/adapter_config.json`)).peft_type, "LORA");
  const last = (await readLines(`${out}/metrics.jsonl`)).at(-1)!;
  assert(last["rewards/margin"] > 0, "it did not learn");
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const [before, after] = [
    await loadModel(device, await openFolder(path)),
    await loadModel(device, await openFolder(out)),
  ];
  const weights = await device.read([before, after].map(({ params }) => params.blocks[0]!.query.weight));
  assert(weights[0]!.some((x, i) => x !== weights[1]![i]), "the model is without its adapter");
});
