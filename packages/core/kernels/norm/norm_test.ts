import { assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../device/device.ts";
import type { Tensor } from "../../device/tensor.ts";
import { sum, valueAndGrad } from "../../mod.ts";
import { assertRepeatable, checkOperation, eachDevice, Random } from "../../testing/mod.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { addLayerNorm, addRmsNorm, layerNorm, rmsNorm } from "./norm.ts";
import { normReference } from "./reference.ts";

/** A drawn shape: rows in one or two dimensions, none now and then. A norm of few numbers needs a large eps to be smooth. */
function drawShape(random: Random): { shape: number[]; rows: number; cols: number; eps: number } {
  const rows = random.pick([0, 1, 1, 2, 3, 5, 7, 8]);
  const cols = random.length(129);
  const shape = random.pick([[rows, cols], [1, rows, cols], rows === 1 ? [cols] : [rows, cols]]);
  return { shape, rows, cols, eps: cols < 9 ? 0.1 : random.pick([1e-5, 0.1]) };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

await eachDevice(Deno.test, "rmsNorm() and layerNorm() equal the float64 reference", async (device) => {
  await checkOperation(device, (random) => {
    const { shape, rows, cols, eps } = drawShape(random);
    const input = (...shape: number[]) => ({ shape, data: random.normals(sizeOf(shape)) });
    const centred = random.pick([false, true]);
    const again = random.pick([false, true]); // x is used a second time: its gradient is there before the norm's
    return {
      label: `${centred ? "layer" : "rms"} [${shape}] eps ${eps}${again ? ", x used twice" : ""}`,
      inputs: [input(...shape), input(cols), ...(centred ? [input(cols)] : [])],
      run: ([x, weight, bias]) => {
        const y = bias ? layerNorm(x!, weight!, bias, { eps }) : rmsNorm(x!, weight!, { eps });
        return again ? add(y, mul(x!, 3)) : y;
      },
      reference: ([x, weight, bias]) =>
        normReference(x!, weight!, bias, cols, eps).map((y, i) => again ? y + 3 * x![i]! : y),
      terms: Math.max(rows, cols),
    };
  });
});

await eachDevice(Deno.test, "addRmsNorm() and addLayerNorm() equal the float64 reference", async (device) => {
  await checkOperation(device, (random) => {
    const { shape, rows, cols, eps } = drawShape(random);
    const input = (...shape: number[]) => ({ shape, data: random.normals(sizeOf(shape)) });
    const centred = random.pick([false, true]);
    const chosen = random.pick([[0, 1], [0], [1], [1, 0]]); // an output that nobody uses has no gradient
    return {
      label: `${centred ? "layer" : "rms"} [${shape}] eps ${eps}, outputs ${chosen}`,
      inputs: [input(...shape), input(...shape), input(cols), ...(centred ? [input(cols)] : [])],
      run: ([x, residual, weight, bias]) => {
        const both = bias
          ? addLayerNorm(x!, residual!, weight!, bias, { eps })
          : addRmsNorm(x!, residual!, weight!, { eps });
        return chosen.map((i) => both[i]!);
      },
      reference: ([x, residual, weight, bias]) => {
        const sum = x!.map((v, i) => v + residual![i]!);
        const both = [normReference(sum, weight!, bias, cols, eps), sum];
        return chosen.map((i) => both[i]!);
      },
      terms: Math.max(rows, cols),
    };
  });
});

await eachDevice(Deno.test, "norms of more than one part equal the float64 reference", async (device) => {
  const [rows, cols] = [350, 100];
  await checkOperation(device, (random) => ({
    label: `[${rows}, ${cols}]`,
    inputs: [[rows, cols], [cols], [cols]].map((shape) => ({ shape, data: random.normals(sizeOf(shape)) })),
    run: ([x, weight, bias]) => layerNorm(x!, weight!, bias!),
    reference: ([x, weight, bias]) => normReference(x!, weight!, bias, cols, 1e-5),
    terms: rows,
  }), { count: 1, budget: 0 });
});

/** Every output and every gradient of the fused LayerNorm. */
function everything(device: Device, [x, residual, weight, bias]: readonly Float32Array[], shape: number[]): Tensor[] {
  const params = {
    x: device.tensor(x!, shape),
    residual: device.tensor(residual!, shape),
    weight: device.tensor(weight!),
    bias: device.tensor(bias!),
  };
  const { grads, aux } = valueAndGrad((p) => {
    const [y, s] = addLayerNorm(p.x, p.residual, p.weight, p.bias);
    return [sum(mul(y, mul(s, s))), [y, s]];
  }, params);
  return [...aux, ...Object.values(grads)];
}

await eachDevice(Deno.test, "norms give a row the same bits in any batch and at any place", async (device) => {
  const random = new Random(7);
  for (const cols of [1, 5, 64, 257]) {
    const rows = 40;
    const [x, residual] = [random.normals(rows * cols), random.normals(rows * cols)];
    const [weight, bias] = [random.normals(cols), random.normals(cols)];
    const outputs = (from: number, to: number) => {
      const cut = (data: Float32Array) => data.slice(from * cols, to * cols);
      const made = everything(device, [cut(x), cut(residual), weight, bias], [to - from, cols]);
      return device.read(made.slice(0, 4)); // the weight's gradients sum over the batch
    };
    const all = await outputs(0, rows);
    for (const [from, to] of [[0, 1], [13, 20], [39, 40]] as const) {
      assertEquals(await outputs(from, to), all.map((data) => data.slice(from * cols, to * cols)));
    }
  }
});

Deno.test("norms give the same bits with 1 and 2 threads, and from run to run", async () => {
  const random = new Random(8);
  const [rows, cols] = [301, 131];
  const data = [random.normals(rows * cols), random.normals(rows * cols), random.normals(cols), random.normals(cols)];
  await assertRepeatable((device) => everything(device, data, [rows, cols]));
});

await eachDevice(Deno.test, "norms of rows without elements", async (device) => {
  const none = device.zeros([0]);
  const { grads, aux } = valueAndGrad(
    (p) => {
      const y = layerNorm(p.x, p.weight, p.weight);
      return [sum(y), [y]];
    },
    { x: device.zeros([3, 0]), weight: none },
  );
  assertEquals((await aux[0]!.data()).length, 0);
  assertEquals([grads.x.shape, grads.weight.shape], [[3, 0], [0]]);
});

await eachDevice(Deno.test, "norms name what does not fit", (device) => {
  const x = device.zeros([2, 3]);
  const weight = device.zeros([3]);
  assertThrows(
    () => rmsNorm(x, device.zeros([2])),
    RangeError,
    "Cannot rmsNorm a tensor of shape [2,3] with a weight of shape [2]: it needs [3]",
  );
  assertThrows(() => layerNorm(x, weight, device.zeros([1, 3])), RangeError, "a bias of shape [1,3]");
  assertThrows(
    () => addRmsNorm(x, device.zeros([3, 2]), weight),
    RangeError,
    "a residual of shape [3,2]: it needs [2,3]",
  );
  assertThrows(() => rmsNorm(device.zeros([]), weight), RangeError, "Cannot rmsNorm a scalar");
  assertThrows(() => rmsNorm(device.zeros([2, 3], "i32"), weight), TypeError, "it needs f32; use cast()");
  weight.dispose();
  assertThrows(() => rmsNorm(x, weight), TypeError, "disposed tensor of shape [3]");
});
