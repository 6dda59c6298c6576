import { assertEquals } from "@std/assert";
import { openDevice } from "../device/open.ts";
import { parseConfig } from "../nn/parse_config.ts";
import { memoryFiles } from "../testing/memory_files.ts";
import { openSafetensors } from "./header.ts";
import { loadAdapter } from "./load_adapter.ts";
import { loadModel } from "./load.ts";
import { saveAdapter } from "./save_adapter.ts";
import { saveModel } from "./save.ts";

const fixtures = new URL("../nn/fixtures/", import.meta.url);

/** A folder that transformers or PEFT wrote. */
function folder(name: string): { open: (file: string) => Promise<Blob | undefined> } {
  const read = (file: string) => Deno.readFile(new URL(`${name}/${file}`, fixtures));
  return { open: (file) => read(file).then((bytes) => new Blob([bytes]), () => undefined) };
}

const models = ["gpt2", "llama", "llama_score", "mistral", "qwen2", "qwen2_score", "qwen3"];
for (const name of models) {
  Deno.test(`${name}, a checkpoint of transformers, loads and is saved to the same bytes`, async () => {
    using device = await openDevice({ device: "cpu", threads: 1 });
    using _scope = device.scope();
    const files = folder(name);
    const model = await loadModel(device, files);
    const { blobs } = await memoryFiles(saveModel(model, { json: model.json }));
    const [ours, theirs] = [blobs.get("model.safetensors")!, (await files.open("model.safetensors"))!];
    assertEquals(await ours.bytes(), await theirs.bytes());
    const json = JSON.parse(await blobs.get("config.json")!.text());
    assertEquals([parseConfig(json), json.architectures], [model.config, model.json.architectures]);
  });
}

Deno.test("an adapter of PEFT loads and is saved to the same matrices", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const { config } = await loadModel(device, folder("llama"));
  const files = folder("llama/adapter");
  const { blobs } = await memoryFiles(saveAdapter(await loadAdapter(device, files, config), config));
  const [ours, theirs] = [blobs.get("adapter_model.safetensors")!, (await files.open("adapter_model.safetensors"))!];
  assertEquals(await ours.bytes(), await theirs.bytes());
  assertEquals((await openSafetensors(ours)).metadata, { format: "pt" });
});
