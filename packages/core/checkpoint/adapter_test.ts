import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";
import { entriesOf } from "../device/tree.ts";
import type { ModelConfig } from "../nn/config.ts";
import { type LinearName, linearShapes } from "../nn/params.ts";
import type { Adapter, LowRank } from "../nn/lora.ts";
import { eachDevice, Random } from "../testing/mod.ts";
import { memoryFiles } from "../testing/memory_files.ts";
import { openSafetensors } from "./header.ts";
import { loadAdapter } from "./load_adapter.ts";
import { readTensor } from "./read.ts";
import { saveAdapter } from "./save_adapter.ts";
import { writeSafetensors } from "./write.ts";

const shared = {
  ...{ layers: 2, width: 8, heads: 4, hidden: 12, vocabulary: 11, positions: 16, normEps: 1e-5, headNorm: false },
  ...{ windows: [undefined, undefined], tied: true, tokens: { eos: [] } },
};
const gpt2: ModelConfig = {
  ...{ ...shared, family: "gpt2", kvHeads: 4, headDim: 2, norm: "layer", activation: "gelu" },
  bias: { qkv: true, output: true, mlp: true },
};
const llama: ModelConfig = {
  ...{ ...shared, family: "llama", kvHeads: 2, headDim: 4, norm: "rms", activation: "swiglu" },
  ...{ bias: { qkv: false, output: false, mlp: false }, rope: { frequencies: [1, 0.1], attentionFactor: 1 } },
};

/** An adapter of random numbers. */
function adapterOf(
  device: Device,
  config: ModelConfig,
  ranks: { [K in LinearName]?: number },
  layers: readonly number[] = [0, 1],
): Adapter {
  const random = new Random(2);
  const lowRank = (target: LinearName, rank: number): LowRank => {
    const [out, into] = linearShapes(config)[target]!;
    return {
      down: device.tensor(random.normals(rank * into), [rank, into]),
      up: device.tensor(random.normals(out * rank), [out, rank]),
    };
  };
  const block = () =>
    Object.fromEntries(Object.entries(ranks).map(([k, rank]) => [k, lowRank(k as LinearName, rank!)]));
  return { params: { blocks: [0, 1].map((layer) => layers.includes(layer) ? block() : {}) }, scale: 2 / 3 };
}

async function contents({ params: { blocks }, scale }: Adapter): Promise<unknown> {
  const entries = await Promise.all(
    entriesOf({ blocks }).map(async ([path, x]) => [path, x.shape, await x.data()] as const),
  );
  return [scale, ...entries.sort(([a], [b]) => a < b ? -1 : 1)];
}

await eachDevice(Deno.test, "loadAdapter() gives back what saveAdapter() took", async (device) => {
  const adapters: [ModelConfig, Adapter][] = [
    [llama, adapterOf(device, llama, { query: 3, value: 3 })],
    [llama, adapterOf(device, llama, { query: 3, gate: 2, down: 1 }, [1])],
    [gpt2, adapterOf(device, gpt2, { query: 3, key: 3, value: 3, output: 3, down: 3 })],
    [gpt2, adapterOf(device, gpt2, { query: 3, value: 1 })],
    [gpt2, adapterOf(device, gpt2, { up: 2 })],
  ];
  for (const [config, adapter] of adapters) {
    const files = await memoryFiles(saveAdapter(adapter, config));
    assertEquals(await contents(await loadAdapter(device, files, config)), await contents(adapter));
  }
});

Deno.test("saveAdapter() makes one adapter of GPT-2's c_attn whose product is that of three", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const adapter = adapterOf(device, gpt2, { query: 3, value: 1, output: 3 });
  const { blobs } = await memoryFiles(saveAdapter(adapter, gpt2, { baseModel: "openai-community/gpt2" }));
  const json = JSON.parse(await blobs.get("adapter_config.json")!.text());
  assertEquals(
    [json.r, json.lora_alpha, json.rank_pattern, json.alpha_pattern, json.target_modules, json.fan_in_fan_out],
    [3, 2, { "attn.c_attn": 4 }, { "attn.c_attn": 8 / 3 }, ["attn.c_attn", "attn.c_proj"], true],
  );
  assertEquals(json.base_model_name_or_path, "openai-community/gpt2");
  const file = await openSafetensors(blobs.get("adapter_model.safetensors")!);
  const name = "base_model.model.transformer.h.1.attn.c_attn.lora";
  const [a, b] = await Promise.all(["A", "B"].map((x) => readTensor(device, file, `${name}_${x}.weight`)));
  assertEquals([a!.shape, b!.shape], [[4, 8], [24, 4]]);
  const numbers = await device.read([a, b] as Tensor<"f32">[]);
  const product = (up: Float32Array, down: Float32Array, rank: number, i: number, j: number) =>
    Array.from({ length: rank }, (_, k) => up[i * rank + k]! * down[k * 8 + j]!).reduce((x, y) => x + y, 0);
  const { query, value } = adapter.params.blocks[1]!;
  const separate = await device.read([query!.up, query!.down, value!.up, value!.down] as Tensor<"f32">[]);
  for (let i = 0; i < 24; i++) {
    for (let j = 0; j < 8; j++) {
      const part = i < 8
        ? product(separate[0]!, separate[1]!, 3, i, j)
        : product(separate[2]!, separate[3]!, 1, i - 16, j);
      assertEquals(product(numbers[1]!, numbers[0]!, 4, i, j), i >= 8 && i < 16 ? 0 : part);
    }
  }
});

Deno.test("loadAdapter() splits a c_attn adapter of others into three that share its down", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const random = new Random(3);
  const [a, b] = [device.tensor(random.normals(16), [2, 8]), device.tensor(random.normals(48), [24, 2])];
  const start = "base_model.model.transformer.h.1.attn.c_attn.lora";
  const tensors = [{ name: `${start}_A.weight`, parts: [a] }, { name: `${start}_B.weight`, parts: [b] }];
  const config = { peft_type: "LORA", r: 2, lora_alpha: 8, use_rslora: true };
  for (const metadata of [undefined, { "ranks attn.c_attn": "1,0,1" }]) { // noted once, and trained on since
    const files = await memoryFiles([{
      name: "adapter_model.safetensors",
      bytes: writeSafetensors(tensors, { metadata }),
    }]);
    files.blobs.set("adapter_config.json", new Blob([JSON.stringify(config)]));
    const { params, scale } = await loadAdapter(device, files, gpt2);
    assertEquals([scale, Object.keys(params.blocks[0]!), Object.keys(params.blocks[1]!)], [8 / Math.sqrt(2), [], [
      "query",
      "key",
      "value",
    ]]);
    const { key } = params.blocks[1]!;
    assertEquals(await key!.down.data(), await a.data());
    assertEquals(await key!.up.data(), (await b.data()).slice(16, 32));
  }
});

Deno.test("loadAdapter() refuses what it does not understand, by name", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const files = await memoryFiles(saveAdapter(adapterOf(device, llama, { query: 2, down: 2 }), llama));
  const json = JSON.parse(await files.blobs.get("adapter_config.json")!.text());
  const { blocks } = device.stats();
  const changes: [Record<string, unknown>, string][] = [
    [{ peft_type: "IA3" }, '"peft_type" of adapter_config.json is "IA3", and only "LORA" is supported'],
    [{ use_dora: true }, '"use_dora" of adapter_config.json is true'],
    [{ modules_to_save: ["score"] }, '"modules_to_save"'],
    [{ bias: "all" }, '"bias" of adapter_config.json is "all"'],
    [{ init_lora_weights: "pissa_niter_16" }, '"init_lora_weights"'],
    [{ r: -1 }, '"r" of adapter_config.json is -1'],
    [{ lora_alpha: null }, '"lora_alpha" of adapter_config.json is null'],
    [{ rank_pattern: { q_proj: "2" } }, '"rank_pattern"'],
    [{ alpha_pattern: { "mlp.down_proj": 3 } }, "alpha / r is 0.5 for layers.0.self_attn.q_proj and 1.5 for"],
    [{ r: 3 }, 'q_proj.lora_A.weight" of shape [3,8] in adapter_model.safetensors but found shape [2,8]'],
  ];
  for (const [change, message] of changes) {
    files.blobs.set("adapter_config.json", new Blob([JSON.stringify({ ...json, lora_alpha: 1, ...change })]));
    await assertRejects(() => loadAdapter(device, files, llama), Error, message);
  }
  files.blobs.set("adapter_config.json", new Blob([JSON.stringify(json)]));
  await assertRejects(
    () => loadAdapter(device, files, { ...llama, layers: 1 }),
    RangeError,
    "belongs to no linear layer",
  );
  await assertRejects(
    () => loadAdapter(device, files, gpt2),
    RangeError,
    "belongs to no linear layer of this gpt2 model",
  );
  await assertRejects(() => loadAdapter(device, files, { ...llama, width: 9 }), RangeError, "of shape [2,9]");
  files.blobs.set("adapter_model.safetensors", await new Response(writeSafetensors([])).blob());
  await assertRejects(() => loadAdapter(device, files, llama), RangeError, "holds no matrices");
  files.blobs.delete("adapter_model.safetensors");
  await assertRejects(() => loadAdapter(device, files, llama), RangeError, "Cannot find adapter_model.safetensors");
  assertEquals(device.stats().blocks, blocks);
});

Deno.test("loadAdapter() answers any adapter_config.json with an adapter or a sentence", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const scope = device.scope();
  const files = await memoryFiles(saveAdapter(adapterOf(device, llama, { query: 2 }), llama));
  const json = JSON.parse(await files.blobs.get("adapter_config.json")!.text());
  scope[Symbol.dispose]();
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(2, 2.5, 1e308, 2 ** 40, {}, [], { query: 2 }));
  const names = [
    "peft_type",
    "r",
    "lora_alpha",
    "rank_pattern",
    "alpha_pattern",
    "use_rslora",
    "init_lora_weights",
    "bias",
  ];
  await fc.assert(fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value), async (changes) => {
    using _scope = device.scope();
    files.blobs.set("adapter_config.json", new Blob([JSON.stringify({ ...json, ...changes })]));
    await loadAdapter(device, files, llama).catch((error) => {
      assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
      assert(/^(Cannot load the adapter: |Expected "base_model)/.test(error.message), error.message);
    });
  }));
});

Deno.test("saveAdapter() refuses what PEFT could not hold", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const [two, three] = [adapterOf(device, llama, { query: 2 }), adapterOf(device, llama, { query: 3 })];
  const blocks = [two.params.blocks[0]!, three.params.blocks[1]!];
  assertThrows(() => saveAdapter({ ...two, params: { blocks } }, llama), RangeError, "differ, [2] and [3]");
  assertThrows(() => saveAdapter({ ...two, params: { blocks: [{}, {}] } }, llama), RangeError, "changes no layer");
  assert(saveAdapter(two, llama).length === 2);
});
