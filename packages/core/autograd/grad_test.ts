import { assertEquals, assertThrows } from "@std/assert";
import type { Tensor } from "../device/tensor.ts";
import { add, exp, mul } from "../kernels/elementwise/elementwise.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import { mean, sum } from "../kernels/reduce/reduce.ts";
import { reshape } from "../kernels/reshape/reshape.ts";
import { assertClose, eachDevice, Random } from "../testing/mod.ts";
import { valueAndGrad } from "./grad.ts";
import { recompute } from "./recompute.ts";

type Params = { w1: Tensor; w2: Tensor; unused: Tensor };

await eachDevice(Deno.test, "valueAndGrad() leaves value, gradients and aux, and nothing else", async (device) => {
  const params: Params = { w1: device.full([3, 3], 0.5), w2: device.full([3, 1], 0.25), unused: device.zeros([2]) };
  const x = device.tensor([1, 2, 3], [1, 3]);
  const before = device.stats().blocks;
  const { value, grads, aux } = valueAndGrad((p: Params) => {
    const hidden = exp(matmul(x, p.w1));
    return [mean(matmul(hidden, p.w2)), { hidden }] as const;
  }, params);
  assertEquals(device.stats().blocks - before, 5);
  assertClose(await aux.hidden.data(), [Math.exp(3), Math.exp(3), Math.exp(3)], { rtol: 1e-6 });
  assertClose([await value.item()], [0.75 * Math.exp(3)], { rtol: 1e-6 });
  assertEquals(await grads.unused.data(), new Float32Array(2));
  assertClose(await grads.w2.data(), Array(3).fill(Math.exp(3)), { rtol: 1e-6 });
});

await eachDevice(
  Deno.test,
  "gradients add up where a tensor is used twice, through aliases and sums too",
  async (device) => {
    const { grads } = valueAndGrad((p) => {
      const y = add(p.x, p.x); // both inputs get the same gradient tensor
      const z = add(y, reshape(mul(y, 3), [2])); // y has a gradient of its own and one through a reshape
      return sum(add(z, p.x));
    }, { x: device.tensor([1, 2]) });
    assertEquals(await grads.x.data(), Float32Array.of(9, 9)); // 2 + 2·3 + 1
  },
);

await eachDevice(Deno.test, "valueAndGrad() adds to given gradients in place, and scales", async (device) => {
  const params = { w: device.tensor([1, 2, 3, 4], [2, 2]) };
  const into = { w: device.full([2, 2], 10) };
  const x = device.tensor([1, 1, 1, 1], [2, 2]);
  const { grads } = valueAndGrad((p) => sum(matmul(x, p.w)), params, { into, scale: 0.5 });
  assertEquals(grads, into);
  assertEquals(await into.w.data(), Float32Array.of(11, 11, 11, 11));
});

await eachDevice(Deno.test, "recompute() gives the same bits and holds fewer bytes", async (device) => {
  const random = new Random(4);
  const n = 48;
  const weights = Array.from({ length: 6 }, () => device.tensor(random.normals(n * n).map((x) => x / 8), [n, n]));
  const x = device.tensor(random.normals(n * n), [n, n]);
  const block = (x: Tensor, w: Tensor) => add(x, mul(exp(mul(matmul(x, w), 0.1)), 0.1));
  const run = (wrap: boolean) =>
    valueAndGrad(
      (ws: readonly Tensor[]) => mean(ws.reduce((x, w) => wrap ? recompute((x) => block(x, w), x) : block(x, w), x)),
      weights as readonly Tensor[],
    );
  const plain = run(false);
  const again = run(true);
  const data = await device.read([...plain.grads, ...again.grads] as Tensor<"f32">[]);
  for (let i = 0; i < 6; i++) assertEquals(data[i], data[i + 6]);
});

await eachDevice(Deno.test, "recompute() without a gradient is the block itself", async (device) => {
  const y = recompute((x) => mul(x, 2), device.tensor([3]));
  assertEquals(await y.item(), 6);
});

await eachDevice(
  Deno.test,
  "a scope inside the function does not take what the backward pass needs",
  async (device) => {
    const { grads } = valueAndGrad((p) => {
      using scope = device.scope();
      return scope.keep(sum(mul(exp(p.x), exp(p.x))));
    }, { x: device.tensor([0, 0]) });
    assertEquals(await grads.x.data(), Float32Array.of(2, 2));
  },
);

await eachDevice(
  Deno.test,
  "valueAndGrad() refuses what has no gradient, and cleans up when the function throws",
  (device) => {
    const params = { w: device.zeros([2]) };
    const before = device.stats().blocks;
    assertThrows(() => valueAndGrad((p) => p.w, params), TypeError, "shape [2]: reduce it with sum() or mean()");
    assertThrows(() => valueAndGrad(() => device.zeros([]), params), TypeError, "does not depend on the parameters");
    assertThrows(() => valueAndGrad((p) => sum(p.w), { w: device.zeros([2], "i32") }), TypeError, "must be f32");
    assertThrows(
      () =>
        valueAndGrad((p) => {
          mul(p.w, 2);
          throw new Error("mine");
        }, params),
      Error,
      "mine",
    );
    assertEquals([device.stats().blocks - before, device.tape], [1, undefined]); // one: the i32 tensor above
  },
);
