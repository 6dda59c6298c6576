import { assertEquals } from "@std/assert";
import { valueAndGrad } from "../autograd/grad.ts";
import { dryDevice } from "../device/dry.ts";
import type { Tensor } from "../device/tensor.ts";
import { leaves } from "../device/tree.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { gatherRows } from "../kernels/gather/gather.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { assertClose, eachDevice } from "../testing/mod.ts";
import { tokenBatch, tokenPlaces } from "./batch.ts";
import { kvCache } from "./cache.ts";
import type { ModelConfig } from "./config.ts";
import { forward } from "./forward.ts";
import { logits, tokenLogProb } from "./head.ts";
import { initParams, initShardedParams } from "./init.ts";
import { initAdapter } from "./lora.ts";
import { initScoreHead, score } from "./score.ts";

const tiny: ModelConfig = {
  ...{ family: "qwen3", layers: 2, width: 16, heads: 4, kvHeads: 2, headDim: 6, hidden: 24, vocabulary: 29 },
  ...{ positions: 64, norm: "rms", normEps: 1e-6, activation: "swiglu", tied: true, headNorm: true },
  bias: { qkv: true, output: false, mlp: false },
  rope: { frequencies: [1, 0.1, 0.01], attentionFactor: 1 },
  windows: [undefined, 3],
  tokens: { eos: [0] },
};

await eachDevice(Deno.test, "forward() gives a row the same bits with a cache, token by token", async (device) => {
  const params = initParams(device, tiny, 1);
  const sequence = [3, 14, 15, 9, 26, 5];
  const full = await logits(params, forward(params, tiny, tokenBatch(device, tiny, [sequence]))).data();
  const store = kvCache(device, tiny, 10);
  const rows: number[] = [];
  for (const [position, token] of sequence.entries()) {
    const range = { qStart: 0, qLength: 1, kStart: 2, kLength: position + 1 };
    const batch = {
      ...tokenPlaces(device, tiny, [position], [range]),
      tokens: device.tensor(Uint32Array.of(token)),
    };
    const cache = { store, rows: device.tensor(Uint32Array.of(2 + position)) };
    rows.push(...await logits(params, forward(params, tiny, batch, { cache })).data());
  }
  assertEquals(Float32Array.from(rows), full);
});

await eachDevice(
  Deno.test,
  "forward() has a gradient for every parameter, the same bits with recompute",
  async (device) => {
    const params = initParams(device, tiny, 1);
    const batch = tokenBatch(device, tiny, [[3, 14, 15], [9, 26, 5, 3]]);
    const rows = device.tensor(Uint32Array.of(0, 1, 3, 4, 5));
    const targets = device.tensor(Uint32Array.of(14, 15, 26, 5, 3));
    const run = (recompute: boolean) => {
      const { value, grads } = valueAndGrad((p: typeof params) => {
        const hidden = gatherRows(forward(p, tiny, batch, { recompute }), rows);
        return mul(mean(tokenLogProb(p, hidden, targets).logProb), -1);
      }, params);
      return [value, ...leaves(grads)] as Tensor<"f32">[];
    };
    const [a, b] = [await device.read(run(false)), await device.read(run(true))];
    assertEquals(a, b);
    assertEquals(a.map((x) => x.every((y) => y === 0)).filter(Boolean), []);
  },
);

await eachDevice(
  Deno.test,
  "forward() of wanted rows has the bits of all rows, with recompute and an adapter too, and their gradients",
  async (device) => {
    const params = initParams(device, tiny, 1);
    const adapter = initAdapter(device, tiny, { rank: 2, alpha: 4 }, 3);
    const batch = tokenBatch(device, tiny, [[3, 14, 15], [9, 26, 5, 3]]);
    const wanted = device.tensor(Uint32Array.of(1, 2, 6));
    const targets = device.tensor(Uint32Array.of(15, 0, 3));
    const run = (hidden: (p: typeof params) => Tensor) => {
      const { value, grads } = valueAndGrad(
        (p: typeof params) => mul(mean(tokenLogProb(p, hidden(p), targets).logProb), -1),
        params,
      );
      return [value, hidden(params), ...leaves(grads)] as Tensor<"f32">[];
    };
    for (const options of [{}, { recompute: true }, { adapter }]) {
      const [loss, hidden, ...grads] = await device.read(
        run((p) => gatherRows(forward(p, tiny, batch, options), wanted)),
      );
      const [less, fewer, ...others] = await device.read(run((p) => forward(p, tiny, batch, { ...options, wanted })));
      assertEquals([less, fewer], [loss, hidden]);
      grads.forEach((grad, i) => assertClose(others[i]!, grad, { rtol: 1e-4 })); // sums in another order
    }
  },
);

await eachDevice(Deno.test, "forward(), logits() and score() leave nothing behind but their results", (device) => {
  const gpt2: ModelConfig = { ...tiny, family: "gpt2", rope: undefined, headNorm: false, vocabulary: 1030 };
  const params = initShardedParams(device, gpt2, 1, 1024 * gpt2.width * 4);
  const batch = tokenBatch(device, gpt2, [[3, 14, 15], [9, 26]]);
  const head = initScoreHead(device, gpt2);
  const adapter = initAdapter(device, gpt2, { rank: 2, alpha: 2 }, 1);
  const { blocks } = device.stats();
  const hidden = forward(params, gpt2, batch, { adapter });
  const results = [
    hidden,
    forward(params, gpt2, batch, { recompute: true }),
    logits(params, hidden),
    score(head, hidden),
  ];
  assertEquals(device.stats().blocks, blocks + results.length);
});

Deno.test("forward() of a frozen model within valueAndGrad() holds one block's activations, however many there are", () => {
  const most = (layers: number) => {
    using device = dryDevice();
    using _scope = device.scope();
    const config = { ...tiny, layers, windows: Array(layers).fill(undefined) };
    const reference = initParams(device, config, 1);
    const batch = tokenBatch(device, config, [Array(64).fill(5)]);
    const head = initScoreHead(device, config);
    const before = device.stats().bytes;
    valueAndGrad((p: typeof head) => mean(score(p, forward(reference, config, batch))), head);
    return device.stats().peakBytes - before;
  };
  assertEquals(most(6), most(2));
});
