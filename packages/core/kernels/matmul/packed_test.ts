import { assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../../autograd/grad.ts";
import { openDevice } from "../../device/open.ts";
import type { Tensor } from "../../device/tensor.ts";
import { assertRepeatable, eachDevice, Random } from "../../testing/mod.ts";
import { add } from "../elementwise/arithmetic.ts";
import { sum } from "../reduce/reduce.ts";
import { matmul } from "./matmul.ts";
import { packWeights } from "./packed.ts";

await eachDevice(Deno.test, "matmul() of packed weights gives the bits of the weights themselves", async (device) => {
  const random = new Random(1);
  const tensor = (...shape: number[]) => device.tensor(random.normals(shape.reduce((x, y) => x * y, 1)), shape);
  const pairs: Tensor<"f32">[] = [];
  const labels: string[] = [];
  const compare = (m: number, n: number, k: number) => {
    const [x, w] = [tensor(m, k), tensor(n, k)];
    const extra = random.pick([{}, { bias: tensor(n) }, { residual: tensor(m, n) }, {
      bias: tensor(n),
      residual: tensor(m, n),
    }]);
    const packed = packWeights(w);
    assertEquals(packed.shape, [n, k]);
    const options = { transposeB: true, ...extra };
    pairs.push(matmul(x, w, options), matmul(x, packed, options));
    labels.push(`${m}×${n}×${k} ${Object.keys(extra)}`);
  };
  for (const m of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 32]) {
    for (const n of [1, 8, 31, 32, 33, 70]) compare(m, n, random.pick([1, 3, 16, 257]));
  }
  for (const [m, n, k] of [[1, 40, 0], [7, 33, 0], [400, 35, 9], [389, 32, 300], [11, 64, 513]] as const) {
    compare(m, n, k);
  }
  const data = await device.read(pairs);
  labels.forEach((label, i) => assertEquals(data[2 * i + 1], data[2 * i], label));
});

Deno.test("matmul() of packed weights gives the same bits with 1 and 2 threads, and from run to run", async () => {
  const random = new Random(2);
  const [n, k] = [611, 300];
  const w = random.normals(n * k);
  const xs = [1, 4, 33].map((m) => ({ m, data: random.normals(m * k) }));
  await assertRepeatable((device) => {
    const packed = packWeights(device.tensor(w, [n, k]));
    return xs.map(({ m, data }) => matmul(device.tensor(data, [m, k]), packed, { transposeB: true }));
  });
});

await eachDevice(Deno.test, "packWeights() leaves the weights to their owner", async (device) => {
  const w = device.tensor([1, 2, 3, 4], [2, 2]);
  const { blocks } = device.stats();
  packWeights(w).dispose();
  assertEquals(device.stats().blocks, blocks);
  assertEquals(await w.data(), Float32Array.of(1, 2, 3, 4));
  assertThrows(() => packWeights(device.zeros([4])), RangeError, "shape [4]: it needs [out, in]");
});

Deno.test("packed weights are for matmul() alone, and without a gradient", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  using _scope = device.scope();
  const [x, w] = [device.zeros([2, 3]), packWeights(device.zeros([3, 3]))];
  const asTransposed = { transposeB: true };
  assertThrows(() => matmul(x, w), TypeError, "packed weights of shape [3,3] in this layout: set transposeB");
  assertThrows(() => matmul(x, w, { ...asTransposed, transposeA: true }), Error, "inner lengths must agree");
  assertThrows(
    () => matmul(w, x, asTransposed),
    TypeError,
    "Cannot matmul_nt packed weights of shape [3,3]: only matmul",
  );
  assertThrows(() => add(w, 1), TypeError, "use the parameters that they were packed from");
  assertThrows(() => device.alias(w), TypeError, "packed weights");
  assertThrows(() => device.write(w, new Float32Array(9)), TypeError, "packed weights");
  assertThrows(() => packWeights(w), TypeError, "Cannot pack_weights packed weights");
  assertThrows(
    () => valueAndGrad((p) => sum(matmul(p, w, asTransposed)), x as Tensor),
    TypeError,
    "Cannot differentiate through packed weights of shape [3,3]",
  );
  assertThrows(
    () => valueAndGrad((p) => sum(matmul(x, p, asTransposed)), w as Tensor),
    TypeError,
    "Cannot differentiate through packed weights of shape [3,3]",
  );
});
