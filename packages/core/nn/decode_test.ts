import { assertEquals } from "@std/assert";
import { disposeTree, leaves } from "../device/tree.ts";
import { eachDevice } from "../testing/mod.ts";
import { tokenBatch, tokenPlaces } from "./batch.ts";
import { kvCache } from "./cache.ts";
import type { ModelConfig } from "./config.ts";
import { decodeParams } from "./decode.ts";
import { forward } from "./forward.ts";
import { logits } from "./head.ts";
import { initShardedParams } from "./init.ts";

const config: ModelConfig = {
  ...{ family: "qwen3", layers: 2, width: 20, heads: 4, kvHeads: 2, headDim: 6, hidden: 36, vocabulary: 1100 },
  ...{ positions: 64, norm: "rms", normEps: 1e-6, activation: "swiglu", tied: true, headNorm: true },
  bias: { qkv: true, output: false, mlp: true },
  rope: { frequencies: [1, 0.1, 0.01], attentionFactor: 1 },
  windows: [undefined, 3],
  tokens: { eos: [0] },
};

await eachDevice(
  Deno.test,
  "decodeParams() gives the same bits, tied or not, with a table in shards, and leaves the parameters alone",
  async (device) => {
    for (const tied of [true, false]) {
      const params = initShardedParams(device, { ...config, tied }, 1, 1024 * config.width * 4);
      const { blocks } = device.stats();
      const packed = decodeParams(params);
      const store = kvCache(device, config, 3);
      const run = (p: typeof params) => {
        const prompt = logits(p, forward(p, config, tokenBatch(device, config, [[3, 14, 1099], [9, 26, 5, 3]])));
        const range = { qStart: 0, qLength: 1, kStart: 2, kLength: 1 };
        const batch = { ...tokenPlaces(device, config, [0], [range]), tokens: device.tensor(Uint32Array.of(7)) };
        const cache = { store, rows: device.tensor(Uint32Array.of(2)) };
        return [prompt, logits(p, forward(p, config, batch, { cache }))];
      };
      {
        using _scope = device.scope();
        const [a, b, c, d] = await device.read([...run(params), ...run(packed)]);
        assertEquals([c, d], [a, b]);
      }
      assertEquals(leaves(packed).length, leaves(params).length + (tied ? 2 : 0));
      disposeTree(packed);
      disposeTree([...store.keys, ...store.values]);
      assertEquals(device.stats().blocks, blocks);
      assertEquals((await leaves(params)[0]!.data()).length, 1024 * config.width);
    }
  },
);
