import { assert, assertEquals } from "@std/assert";
import { disposeTree } from "../device/tree.ts";
import { valueAndGrad } from "../autograd/grad.ts";
import { recompute } from "../autograd/recompute.ts";
import { mul, sub } from "../kernels/elementwise/arithmetic.ts";
import { gelu } from "../kernels/elementwise/functions.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { eachDevice, Random } from "../testing/mod.ts";
import { adamw } from "./adamw.ts";

await eachDevice(Deno.test, "200 training steps: live buffers do not grow, and nothing is left", async (device) => {
  const random = new Random(1);
  const [rows, width, hidden] = [24, 8, 32];
  const start = device.stats().blocks;
  const weight = (m: number, n: number) => device.tensor(random.normals(m * n).map((x) => x / Math.sqrt(n)), [m, n]);
  const params = { w1: weight(hidden, width), b1: device.zeros([hidden]), w2: weight(width, hidden) };
  const optimizer = adamw({ maxNorm: 1 });
  const state = optimizer.init(params);
  const seen: [blocks: number, bytes: number][] = [];
  const losses: number[] = [];
  for (let step = 0; step < 200; step++) {
    using _step = device.scope();
    const x = device.tensor(random.normals(rows * width), [rows, width]);
    const { value, grads } = valueAndGrad((p: typeof params) => {
      const y = recompute((x) => {
        const h = gelu(matmul(x, p.w1, { transposeB: true, bias: p.b1 }));
        return matmul(h, p.w2, { transposeB: true });
      }, x);
      const error = sub(y, mul(x, 0.5));
      return mean(mul(error, error));
    }, params);
    optimizer.update(params, grads, state, { learningRate: 0.01 });
    if (step % 20 === 19) losses.push(await value.item());
    disposeTree(grads);
    seen.push([device.stats().blocks, device.stats().bytes]);
  }
  assertEquals(new Set(seen.slice(1).map(String)).size, 1);
  assert(losses.at(-1)! < 0.2 * losses[0]!, `${losses}`);
  disposeTree(params);
  disposeTree([state.m, state.v]);
  assertEquals(device.stats().blocks, start);
});
