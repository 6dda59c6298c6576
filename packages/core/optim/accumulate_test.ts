import { assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../autograd/grad.ts";
import type { Tensor } from "../device/tensor.ts";
import { add, mul, sub } from "../kernels/elementwise/arithmetic.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import { mean } from "../kernels/reduce/reduce.ts";
import { assertClose, eachDevice, Random } from "../testing/mod.ts";
import { accumulateGrads } from "./accumulate.ts";

interface Batch {
  x: Tensor;
  y: Tensor;
}
interface Params {
  [key: string]: Tensor;
  w: Tensor;
  a: Tensor;
  b: Tensor;
}

/** A mean of squared errors. The gradients of a and b share memory in the backward pass. */
function loss(p: Params, { x, y }: Batch): Tensor<"f32"> {
  const error = add(sub(matmul(x, p.w), y), add(p.a, p.b));
  return mean(mul(error, error));
}

await eachDevice(Deno.test, "accumulateGrads() gives the gradient of one large batch", async (device) => {
  const random = new Random(1);
  const [rows, width] = [24, 5];
  const [xs, ys] = [random.normals(rows * width), random.normals(rows * 2)];
  const params: Params = {
    w: device.tensor(random.normals(width * 2), [width, 2]),
    a: device.tensor([0.3, 1]),
    b: device.tensor([-0.1, 2]),
  };
  const part = (from: number, to: number): Batch => ({
    x: device.tensor(xs.slice(from * width, to * width), [to - from, width]),
    y: device.tensor(ys.slice(from * 2, to * 2), [to - from, 2]),
  });
  const whole = valueAndGrad((p) => loss(p, part(0, rows)), params);
  const cuts = [0, 1, 8, 9, 24];
  const batches = cuts.slice(1).map((to, i) => part(cuts[i]!, to));
  const weights = cuts.slice(1).map((to, i) => to - cuts[i]!);
  const { grads, values, aux } = accumulateGrads<Params, Batch, [Tensor]>(
    (p, batch) => [loss(p, batch), [batch.x]],
    params,
    batches,
    { weights },
  );
  assertEquals(aux.map(([x]) => x), batches.map(({ x }) => x));
  const all = [whole.value, whole.grads.w, whole.grads.a, whole.grads.b, grads.w, grads.a, grads.b, ...values];
  const [value, w, a, b, w2, a2, b2, ...parts] = await device.read(all as Tensor<"f32">[]);
  assertClose([...w2!, ...a2!, ...b2!], [...w!, ...a!, ...b!], { atol: 1e-5 });
  assertClose([parts.reduce((sum, [v], i) => sum + v! * weights[i]! / rows, 0)], value!, { atol: 1e-5 });

  const even = accumulateGrads(loss, params, [part(0, 12), part(12, 24)]); // equal weights by default
  assertClose(await even.grads.w.data(), w!, { atol: 1e-5 });
});

await eachDevice(Deno.test, "accumulateGrads() refuses weights that do not fit", (device) => {
  const params = { w: device.zeros([1]) };
  const run = (batches: number[], weights?: number[]) => () =>
    accumulateGrads((p, x) => mul(p.w, x), params, batches, { weights });
  assertThrows(run([]), RangeError, "each of 0 batches");
  assertThrows(
    run([1, 2], [1]),
    RangeError,
    "each of 2 batches, one of them above 0, in accumulateGrads but found [1]",
  );
  assertThrows(run([1, 2], [0, 0]), RangeError, "found [0,0]");
  assertThrows(run([1, 2], [-1, 2]), RangeError, "found [-1,2]");
});
