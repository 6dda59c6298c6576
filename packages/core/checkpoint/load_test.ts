import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { OutOfMemoryError } from "../backend/errors.ts";
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";
import { disposeTree, entriesOf, leaves, mapTree, type Tree } from "../device/tree.ts";
import type { ModelConfig, ModelFamily } from "../nn/config.ts";
import { initParams } from "../nn/init.ts";
import { parseConfig } from "../nn/parse_config.ts";
import { eachDevice, Random } from "../testing/mod.ts";
import { memoryFiles } from "../testing/memory_files.ts";
import { openSafetensors } from "./header.ts";
import { loadModel, loadSharded, type Model } from "./load.ts";
import { pieceBytes, readTensor } from "./read.ts";
import { saveModel } from "./save.ts";
import type { TensorToWrite } from "./place.ts";
import { writeSafetensors } from "./write.ts";

/** The config.json of a small model. */
function jsonOf(family: ModelFamily, changes: Record<string, unknown> = {}): Record<string, unknown> {
  const sizes = family === "gpt2" ? { n_embd: 8, n_head: 4, n_layer: 2, n_inner: 12, n_positions: 16 } : {
    ...{ hidden_size: 8, intermediate_size: 12, num_hidden_layers: 2, num_attention_heads: 4, num_key_value_heads: 2 },
    ...{ head_dim: 4, tie_word_embeddings: family === "qwen2" },
  };
  return { model_type: family, vocab_size: 11, ...sizes, ...changes };
}

/** A small model of a family. */
function configOf(family: ModelFamily, changes?: Record<string, unknown>): ModelConfig {
  return parseConfig(jsonOf(family, changes));
}

/** A model in which no two numbers are alike. */
function modelOf(device: Device, config: ModelConfig, score = false): Model {
  const random = new Random(1);
  const fill = ({ shape, size }: Tensor) => device.tensor(random.normals(size), shape);
  const params = mapTree(initParams(device, config, 1), fill);
  return {
    config,
    params,
    ...score && { score: { weight: device.tensor(random.normals(config.width), [1, config.width]) } },
  };
}

/** Everything a tree holds. */
async function contents<T extends Tree<T>>(
  device: Device,
  tree: T,
): Promise<[path: string, shape: string, data: unknown][]> {
  const data = await device.read(leaves(tree));
  const entries = entriesOf(tree).map(([path, { shape }], i): [string, string, unknown] => [path, `${shape}`, data[i]]);
  return entries.sort(([a], [b]) => a < b ? -1 : 1);
}

const families = ["gpt2", "llama", "mistral", "qwen2", "qwen3"] as const;

await eachDevice(Deno.test, "loadModel() gives back what saveModel() took, of every family", async (device) => {
  for (const family of families) {
    for (const score of [false, true]) {
      const { config, ...model } = modelOf(device, configOf(family), score);
      const files = await memoryFiles(saveModel({ config, ...model }));
      const { config: loaded, json, ...again } = await loadModel(device, files);
      assertEquals([loaded, json.model_type], [config, family]);
      const { head: _, ...trunk } = model.params;
      const expected = score ? { ...model, params: trunk } : model; // a classifier has no output matrix
      assertEquals(await contents(device, again), await contents(device, expected));
    }
  }
});

Deno.test("saveModel() writes GPT-2's linear layers as [in, out], with query, key and value side by side", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = modelOf(device, configOf("gpt2"));
  const { blobs } = await memoryFiles(saveModel(model));
  const file = await openSafetensors(blobs.get("model.safetensors")!);
  assertEquals(file.metadata, { format: "pt" });
  const fused = await readTensor(device, file, "transformer.h.1.attn.c_attn.weight");
  assertEquals(fused.shape, [8, 24]);
  const { query, key, value } = model.params.blocks[1]!;
  const [stored, ...parts] = await device.read([fused, query.weight, key.weight, value.weight] as Tensor<"f32">[]);
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 24; j++) assertEquals(stored![i * 24 + j], parts[Math.floor(j / 8)]![j % 8 * 8 + i]);
  }
  const bias = await (await readTensor(device, file, "transformer.h.1.attn.c_attn.bias")).data();
  assertEquals([...bias.subarray(8, 16)], [...await key.bias!.data()]);
});

Deno.test("saveModel() cuts into shards with an index, which loadModel() follows", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = modelOf(device, configOf("llama"));
  const files = await memoryFiles(saveModel(model, { maxShardBytes: 1000 }));
  const names = [...files.blobs.keys()].slice(1);
  assertEquals([...files.blobs.keys()][0], "config.json");
  assert(names.length > 4, `${names}`);
  assertStringIncludes(names[0]!, "model-00001-of-0000");
  const index = JSON.parse(await files.blobs.get("model.safetensors.index.json")!.text());
  const bytes = leaves(model.params).reduce((sum, { bytes }) => sum + bytes, 0);
  assertEquals(index.metadata.total_size, bytes);
  for (const name of names.slice(0, -1)) {
    const tensors = [...(await openSafetensors(files.blobs.get(name)!)).tensors.values()];
    assert(tensors.length === 1 || tensors.reduce((sum, { start, end }) => sum + end - start, 0) <= 1000);
  }
  const again = await loadModel(device, files);
  assertEquals(await contents(device, again.params), await contents(device, model.params));

  const missing = files.blobs.get(names[1]!)!;
  files.blobs.delete(names[1]!);
  await assertRejects(() => loadModel(device, files), RangeError, `Cannot find ${names[1]}, which`);
  files.blobs.set(names[1]!, files.blobs.get(names[0]!)!);
  await assertRejects(() => loadModel(device, files), RangeError, "keep one");
  files.blobs.set(names[1]!, missing);
  const write = (index: unknown) => files.blobs.set("model.safetensors.index.json", new Blob([JSON.stringify(index)]));
  write({ weight_map: { ...index.weight_map, "no.such": names[0] } });
  await assertRejects(() => loadModel(device, files), RangeError, 'Cannot find tensor "no.such" in');
  write({ weight_map: { a: "../model.safetensors" } });
  await assertRejects(() => loadModel(device, files), SyntaxError, "no file beside it");
  write({});
  await assertRejects(() => loadModel(device, files), SyntaxError, 'no object "weight_map"');
  write([]);
  await assertRejects(
    () => loadModel(device, files),
    SyntaxError,
    "expected a JSON object but found []",
  );
  for (const name of names) files.blobs.delete(name);
  await assertRejects(() => loadModel(device, files), RangeError, "there is no model.safetensors and no");
  files.blobs.clear();
  await assertRejects(() => loadModel(device, files), RangeError, "Cannot find config.json");
});

Deno.test("saveModel() rounds to 16 bits, and loadModel() widens them", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = modelOf(device, configOf("qwen3"));
  for (const [dtype, bits] of [["f16", 11], ["bf16", 8]] as const) {
    const files = await memoryFiles(saveModel(model, { dtype }));
    const again = await loadModel(device, files);
    const [a, b] = await device.read([model.params.norm.weight, again.params.norm.weight] as Tensor<"f32">[]);
    const errors = a!.map((x, i) => Math.abs(x - b![i]!) / Math.abs(x));
    assert(Math.max(...errors) <= 2 ** -bits && Math.max(...errors) > 0, `${errors}`);
  }
});

/** A llama with other tensors than its config says. */
async function damaged(
  device: Device,
  change: (tensors: TensorToWrite[]) => TensorToWrite[],
  config = configOf("llama"),
) {
  const files = await memoryFiles(saveModel(modelOf(device, config)));
  const file = await openSafetensors(files.blobs.get("model.safetensors")!);
  const tensors = await Promise.all(
    [...file.tensors.keys()].map(async (name) => ({ name, parts: [await readTensor(device, file, name)] })),
  );
  const changed = await memoryFiles([{ name: "model.safetensors", bytes: writeSafetensors(change(tensors)) }]);
  changed.blobs.set("config.json", files.blobs.get("config.json")!);
  return changed;
}

Deno.test("loadModel() finds the trunk without its prefix, and leaves harmless tensors alone", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  for (const config of [configOf("gpt2"), configOf("llama", { tie_word_embeddings: true })]) {
    const extra = [device.zeros([2])];
    const files = await damaged(device, (tensors) => [
      ...tensors.map(({ name, parts }) => ({ name: name.replace(/^(model|transformer)\./, ""), parts })),
      { name: "layers.0.self_attn.rotary_emb.inv_freq", parts: extra },
      { name: "h.0.attn.masked_bias", parts: extra },
      { name: "h.1.attn.bias", parts: extra },
      { name: "lm_head.weight", parts: extra },
    ], config);
    assertEquals((await loadModel(device, files)).params.blocks.length, 2);
  }
});

Deno.test("loadModel() names the tensor in which config and weights disagree, and loads nothing", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const config = jsonOf("llama");
  const same = (tensors: TensorToWrite[]) => tensors;
  const cases: [Record<string, unknown>, (tensors: TensorToWrite[]) => TensorToWrite[], string][] = [
    [
      { ...config, intermediate_size: 13 },
      same,
      'tensor "model.layers.0.mlp.gate_proj.weight" of shape [13,8] in model.safetensors, as config.json says, but found shape [12,8]',
    ],
    [
      { ...config, num_hidden_layers: 3 },
      same,
      'tensor "model.layers.2.input_layernorm.weight" of shape [8] in the checkpoint, as config.json says, but it is not there',
    ],
    [{ ...config, num_hidden_layers: 1 }, same, 'no place for, "model.layers.1'],
    [
      { ...config, vocab_size: 12 },
      same,
      "shape [12,8] in model.safetensors, as config.json says, but found shape [11,8]",
    ],
    [{ ...config, model_type: "qwen3" }, same, '"model.layers.0.self_attn.q_norm.weight"'],
    [jsonOf("gpt2"), same, '"wte.weight"'],
    [config, (tensors) => tensors.filter(({ name }) => name !== "lm_head.weight"), '"lm_head.weight" of shape [11,8]'],
    [
      config,
      (tensors) => [...tensors, { name: "model.layers.0.self_attn.q_proj.bias", parts: [device.zeros([16])] }],
      "config and weights must be of one model",
    ],
    [
      config,
      (tensors) => [...tensors, { name: "score.weight", parts: [device.zeros([2, 8])] }],
      "only models with num_labels 1",
    ],
    [
      config,
      (tensors) => tensors.map((x) => x.name === "model.norm.weight" ? { ...x, parts: [device.zeros([8], "i32")] } : x),
      "to hold floats but found I32",
    ],
  ];
  for (const [config, change, message] of cases) {
    const files = await damaged(device, change);
    files.blobs.set("config.json", new Blob([JSON.stringify(config)]));
    const { blocks } = device.stats();
    await assertRejects(() => loadModel(device, files), Error, message);
    assertEquals(device.stats().blocks, blocks);
  }
});

Deno.test("loadModel() frees what it has loaded when a file ends early", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const { blobs } = await memoryFiles(saveModel(modelOf(device, configOf("qwen2"))));
  const { blocks } = device.stats();
  const whole = blobs.get("model.safetensors")!;
  const cut = whole.slice(0, whole.size - 1);
  const lying = { size: whole.size, slice: (start: number, end: number) => cut.slice(start, end) };
  const open = (name: string) => Promise.resolve(name === "model.safetensors" ? lying : blobs.get(name));
  await assertRejects(() => loadModel(device, { open }), RangeError, "was it changed meanwhile?");
  assertEquals(device.stats().blocks, blocks);
});

Deno.test("loadSharded() cuts tables into tensors, and saveModel() joins them", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = modelOf(device, configOf("llama", { vocab_size: 2500 }));
  const files = await memoryFiles(saveModel(model));
  const cut = await loadSharded(device, files, 1024 * 8 * 4);
  assertEquals((cut.params.embedding as Tensor[]).map(({ shape }) => shape), [[1024, 8], [1024, 8], [452, 8]]);
  const joined = await memoryFiles(saveModel(cut));
  assertEquals(
    await joined.blobs.get("model.safetensors")!.bytes(),
    await files.blobs.get("model.safetensors")!.bytes(),
  );
});

Deno.test("saveModel() keeps the fields of a config.json that it does not know, and corrects those that it does", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const json = { ...jsonOf("llama"), vocab_size: 99, dtype: "float32", made_by: "someone", architectures: ["Other"] };
  const { blobs } = await memoryFiles(saveModel(modelOf(device, configOf("llama"), true), { dtype: "bf16", json }));
  const saved = JSON.parse(await blobs.get("config.json")!.text());
  const { made_by, dtype, torch_dtype, vocab_size, num_labels, architectures } = saved;
  assertEquals([made_by, dtype, torch_dtype, vocab_size], ["someone", "bfloat16", "bfloat16", 11]);
  assertEquals([num_labels, architectures], [1, ["LlamaForSequenceClassification"]]);
});

Deno.test("saveModel() refuses parameters that are not what the config says", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const model = modelOf(device, configOf("llama"));
  const save = (changes: Partial<Model>) => () => saveModel({ ...model, ...changes });
  assertThrows(
    save({ config: { ...model.config, hidden: 13 } }),
    RangeError,
    '"blocks.0.gate.weight" of the model to have shape [13,8]',
  );
  assertThrows(save({ config: { ...model.config, layers: 3 } }), RangeError, "but found nothing");
  assertThrows(save({ params: { ...model.params, head: undefined } }), RangeError, "to have a head");
  assertThrows(
    save({ config: { ...model.config, tied: true } }),
    RangeError,
    'Cannot save "head" of the model: its config leaves no place for it',
  );
  const score = { weight: device.zeros([1, 8]), bias: device.zeros([1]) };
  assertThrows(save({ score }), RangeError, "score head with a bias");
});

Deno.test("loadModel() leaves nothing on a device that has no memory for all of it", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const config = configOf("llama", { vocab_size: 3000 });
  const model = modelOf(device, config);
  const files = await memoryFiles(saveModel(model));
  disposeTree(model.params);
  const room = device.empty([10_000]); // for one shard of the embedding, not for two
  for (let size = 2 ** 28; size >= 1024; size /= 2) {
    try {
      while (true) device.empty([size]);
    } catch (error) {
      assertInstanceOf(error, OutOfMemoryError);
    }
  }
  room.dispose();
  const { blocks } = device.stats();
  await assertRejects(() => loadSharded(device, files, 1024 * 8 * 4), OutOfMemoryError);
  assertEquals(device.stats().blocks, blocks);
});

Deno.test("loadModel() holds one piece of a file on the host at a time", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const config = configOf("llama", { vocab_size: 140_000, tie_word_embeddings: true });
  const model = modelOf(device, config);
  const { blobs } = await memoryFiles(saveModel(model));
  const blob = blobs.get("model.safetensors")!;
  let [held, most, total] = [0, 0, 0];
  const slice = (start: number, end: number) => ({
    async arrayBuffer() {
      held += end - start;
      total += end - start;
      most = Math.max(most, held);
      const bytes = await blob.slice(start, end).arrayBuffer();
      held -= end - start;
      return bytes;
    },
  });
  const open = (name: string) =>
    Promise.resolve(name === "model.safetensors" ? { size: blob.size, slice } : blobs.get(name));
  await loadModel(device, { open });
  assertEquals([most, total], [pieceBytes, blob.size]);
});
