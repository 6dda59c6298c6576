import { assert, assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../autograd/grad.ts";
import type { Device } from "../device/device.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";
import { entriesOf, leaves, mapTree } from "../device/tree.ts";
import { add, mul } from "../kernels/elementwise/arithmetic.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { adamw } from "../optim/adamw.ts";
import { assertClose, eachDevice, Random } from "../testing/mod.ts";
import { type TokenBatch, tokenBatch } from "./batch.ts";
import { forward } from "./forward.ts";
import { logits, tokenLogProb } from "./head.ts";
import { initParams } from "./init.ts";
import type { ModelConfig } from "./config.ts";
import { type Adapter, initAdapter, mergeAdapter } from "./lora.ts";
import { type LinearName, linearShapes, type Params } from "./params.ts";
import { parseConfig } from "./parse_config.ts";
import { initScoreHead, score } from "./score.ts";

const config = parseConfig({
  ...{ model_type: "qwen2", hidden_size: 12, intermediate_size: 20, num_attention_heads: 3, num_key_value_heads: 1 },
  ...{ num_hidden_layers: 2, vocab_size: 17 },
});

/** An adapter that changes something: `up` is random. */
function grown(device: Device, seed: number): Adapter {
  const { params, scale } = initAdapter(device, config, { rank: 2, alpha: 6 }, seed);
  const random = new Random(seed);
  return { params: mapTree(params, (x) => device.tensor(random.normals(x.size).map((v) => v / 5), x.shape)), scale };
}

function setUp(device: Device): { trunk: Params; batch: TokenBatch; loss: (hidden: Tensor) => Tensor<"f32"> } {
  const trunk = initParams(device, config, 1);
  const batch = tokenBatch(device, config, [[3, 14, 15, 9], [2, 6]]);
  const targets = device.tensor(Uint32Array.of(14, 15, 9, 2, 6, 5));
  return { trunk, batch, loss: (hidden) => mul(mean(tokenLogProb(trunk, hidden, targets).logProb), -1) };
}

await eachDevice(Deno.test, "initAdapter() changes no bit of the trunk's logits", async (device) => {
  const { trunk, batch } = setUp(device);
  const adapter = initAdapter(device, config, { rank: 2, alpha: 6 }, 1);
  const [plain, adapted] = await device.read([
    logits(trunk, forward(trunk, config, batch)),
    logits(trunk, forward(trunk, config, batch, { adapter })),
  ]);
  assertEquals(adapted, plain);
});

await eachDevice(Deno.test, "mergeAdapter() gives the logits of trunk and adapter, and leaves both", async (device) => {
  const { trunk, batch } = setUp(device);
  const adapter = grown(device, 2);
  const before = await device.read(leaves(trunk));
  const merged = mergeAdapter(trunk, adapter);
  const [plain, adapted, once] = await device.read([
    logits(trunk, forward(trunk, config, batch)),
    logits(trunk, forward(trunk, config, batch, { adapter })),
    logits(merged, forward(merged, config, batch)),
  ]);
  assertClose(once, adapted, { atol: 1e-6 });
  assertThrows(() => assertClose(once, plain, { atol: 1e-3 }));
  assertEquals(await device.read(leaves(trunk)), before);
  for (const tensor of leaves(merged)) tensor.dispose();
  assertEquals(leaves(trunk).some(({ disposed }) => disposed), false);
});

await eachDevice(Deno.test, "forward() has the gradient of the merged weights for an adapter", async (device) => {
  const { trunk, batch, loss } = setUp(device);
  const adapter = grown(device, 2);
  const { grads } = valueAndGrad(
    (params: Adapter["params"]) => loss(forward(trunk, config, batch, { adapter: { ...adapter, params } })),
    adapter.params,
  );
  const full = valueAndGrad(
    (blocks: Params["blocks"]) => loss(forward({ ...trunk, blocks }, config, batch)),
    mergeAdapter(trunk, adapter).blocks,
  ).grads;
  const entries = entriesOf({ grads: grads.blocks, low: adapter.params.blocks, full });
  const data = await device.read(entries.map(([, tensor]) => tensor as Tensor<"f32">));
  const at = new Map(entries.map(([path], i) => [path, data[i]!]));
  for (let layer = 0; layer < config.layers; layer++) {
    for (const target of Object.keys(linearShapes(config)) as LinearName[]) {
      const path = `${layer}.${target}`;
      const [g, up, down] = [at.get(`full.${path}.weight`)!, at.get(`low.${path}.up`)!, at.get(`low.${path}.down`)!];
      const into = down.length / 2;
      const expected = { up: new Float64Array(up.length), down: new Float64Array(down.length) };
      g.forEach((slope, i) => {
        const [o, c] = [Math.floor(i / into), i % into];
        for (let r = 0; r < 2; r++) {
          expected.up[o * 2 + r]! += adapter.scale * slope * down[r * into + c]!;
          expected.down[r * into + c]! += adapter.scale * slope * up[o * 2 + r]!;
        }
      });
      for (const part of ["up", "down"] as const) {
        const size = Math.max(...expected[part].map(Math.abs));
        assertClose(at.get(`grads.${path}.${part}`)!, expected[part], { atol: 1e-4 * size, what: `${path}.${part}` });
      }
    }
  }
});

await eachDevice(Deno.test, "forward() trains a policy and a critic over one trunk, which stays", async (device) => {
  const { trunk, batch, loss } = setUp(device);
  const params = {
    policy: initAdapter(device, config, { rank: 2, alpha: 4 }, 1).params,
    critic: initAdapter(device, config, { rank: 2, alpha: 4 }, 2).params,
    head: initScoreHead(device, config, 3),
  };
  const hidden = (params: Adapter["params"]) => forward(trunk, config, batch, { adapter: { params, scale: 2 } });
  const value = (p: typeof params) => {
    const error = add(score(p.head, hidden(p.critic)), -1);
    return mean(mul(error, error));
  };
  const [before, alone] = [await device.read(leaves(trunk)), loss(forward(trunk, config, batch))];
  const together = valueAndGrad((p: typeof params) => add(loss(hidden(p.policy)), value(p)), params);
  const apart = valueAndGrad((policy: Adapter["params"]) => loss(hidden(policy)), params.policy);
  assertEquals(
    await device.read(leaves(together.grads.policy)),
    await device.read(leaves(apart.grads)),
  );
  const optimizer = adamw();
  const state = optimizer.init(params);
  const losses: number[] = [];
  for (let step = 0; step < 5; step++) {
    using _step = device.scope();
    const { value: total, grads } = valueAndGrad((p: typeof params) => add(loss(hidden(p.policy)), value(p)), params);
    optimizer.update(params, grads, state, { learningRate: 0.01 });
    losses.push(await total.item());
  }
  assertEquals(losses, losses.toSorted((a, b) => b - a));
  const after = await device.read([...leaves(trunk), loss(forward(trunk, config, batch))] as Tensor<"f32">[]);
  assertEquals(after, [...before, await alone.data()] as typeof after); // the reference is the trunk alone
});

Deno.test("initAdapter() draws down from -1/√in to 1/√in, other numbers for other layers and seeds", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const wide = { ...config, width: 400 };
  const make = (seed: number) => initAdapter(device, wide, { rank: 10, alpha: 1 }, seed).params.blocks;
  const drawn = [make(1)[0]!.query!, make(1)[0]!.value!, make(1)[1]!.query!, make(2)[0]!.query!, make(1)[0]!.query!];
  const down = await device.read(drawn.map(({ down }) => down as Tensor<"f32">));
  const largest = Math.max(...down[0]!.map(Math.abs));
  assert(largest <= 0.05 && largest > 0.0499, `${largest}`);
  const deviation = Math.sqrt(down[0]!.reduce((sum, x) => sum + x * x, 0) / 4000);
  assertClose([deviation], [0.05 / Math.sqrt(3)], { rtol: 0.03 });
  for (const other of down.slice(1, 4)) assert(other.every((x, i) => x !== down[0]![i]));
  assertEquals(down[4], down[0]);
});

Deno.test("initAdapter() changes every linear layer that the model has, or those that are named", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const layers = (config: ModelConfig, targets?: LinearName[]) =>
    initAdapter(device, config, { rank: 1, alpha: 1, targets }, 1).params.blocks.map((block) => Object.keys(block));
  const all = ["query", "key", "value", "output", "gate", "up", "down"];
  assertEquals(layers(config), [all, all]);
  assertEquals(layers({ ...config, activation: "gelu", layers: 1 }), [all.filter((name) => name !== "gate")]);
  assertEquals(layers(config, ["value"]), [["value"], ["value"]]);
});

Deno.test("initAdapter() refuses ranks, alphas and layers that make no sense", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const make = (options: { rank: number; alpha: number; targets?: LinearName[] }) => () =>
    initAdapter(device, { ...config, activation: "gelu" }, options, 1);
  assertThrows(make({ rank: 0, alpha: 1 }), RangeError, "an integer of 1 or more but found 0");
  assertThrows(make({ rank: 2, alpha: NaN }), RangeError, "above 0 but found NaN");
  assertThrows(make({ rank: 2, alpha: 1, targets: ["gate"] }), RangeError, `Cannot adapt "gate" of a qwen2 model`);
});
