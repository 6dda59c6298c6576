import { assertEquals } from "@std/assert";
import { valueAndGrad } from "../autograd/grad.ts";
import type { Tensor } from "../device/tensor.ts";
import { leaves } from "../device/tree.ts";
import { mul } from "../kernels/elementwise/arithmetic.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { adamw } from "../optim/adamw.ts";
import { eachDevice } from "../testing/mod.ts";
import { tokenBatch } from "./batch.ts";
import type { ModelConfig } from "./config.ts";
import { forward } from "./forward.ts";
import { logits, tokenLogProb } from "./head.ts";
import { initShardedParams } from "./init.ts";

const config: ModelConfig = {
  ...{ family: "gpt2", layers: 1, width: 8, heads: 2, kvHeads: 2, headDim: 4, hidden: 16, vocabulary: 2100 },
  ...{ positions: 16, norm: "layer", normEps: 1e-5, activation: "gelu", tied: true, headNorm: false },
  bias: { qkv: true, output: true, mlp: true },
  windows: [undefined],
  tokens: { eos: [0] },
};

await eachDevice(
  Deno.test,
  "initShardedParams() gives a transformer that trains to the same bits however its tables are cut",
  async (device) => {
    const tokens = [5, 1023, 1024, 2099];
    const targets = device.tensor(Uint32Array.of(1023, 1024, 2099, 5));
    const train = async (config: ModelConfig, maxBytes: number) => {
      const params = initShardedParams(device, config, 7, maxBytes);
      const optimizer = adamw();
      const state = optimizer.init(params);
      const batch = tokenBatch(device, config, [tokens]);
      for (let step = 0; step < 2; step++) {
        const { grads } = valueAndGrad((p: typeof params) => {
          return mul(mean(tokenLogProb(p, forward(p, config, batch), targets).logProb), -1);
        }, params);
        optimizer.update(params, grads, state, { learningRate: 0.01 });
      }
      const scores = logits(params, forward(params, config, batch));
      const all = await device.read([scores, ...leaves(params)] as Tensor<"f32">[]);
      return { tensors: all.length, numbers: Float32Array.from(all.flatMap((x) => [...x])) };
    };
    for (const [tied, tables] of [[true, 1], [false, 2]] as const) {
      const whole = await train({ ...config, tied }, device.limits.maxTensorBytes);
      const cut = await train({ ...config, tied }, 1024 * config.width * 4);
      assertEquals(cut.tensors, whole.tensors + 2 * tables);
      assertEquals(cut.numbers, whole.numbers);
    }
  },
);
