import { assert, assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../../autograd/grad.ts";
import type { Device } from "../../device/device.ts";
import type { Tensor } from "../../device/tensor.ts";
import { leaves, mapTree } from "../../device/tree.ts";
import { adamwReference } from "./reference.ts";
import { mul, sub } from "../elementwise/arithmetic.ts";
import { sum } from "../reduce/reduce.ts";
import { assertClose, assertRepeatable, eachDevice, Random } from "../../testing/mod.ts";
import { adamw, type AdamWOptions } from "../../optim/adamw.ts";

const shapes = [[1], [7], [3, 5], [], [129], [31, 33], [0], [2, 4, 8], [16_400], [4, 16_385]];
/** A tree that has the shapes at paths of several depths. */
const treeOf = (tensors: readonly Tensor[]) => ({ first: tensors[0]!, blocks: tensors.slice(1).map((w) => ({ w })) });

async function compare(device: Device, random: Random, options: AdamWOptions): Promise<void> {
  const draw = () => shapes.map((shape) => random.normals(shape.reduce((a, b) => a * b, 1)));
  const start = draw();
  const params = treeOf(start.map((data, i) => device.tensor(data, shapes[i])));
  const optimizer = adamw(options);
  const state = optimizer.init(params);
  const expected = start.map((data, i) => ({
    x: Float64Array.from(data),
    m: new Float64Array(data.length),
    v: new Float64Array(data.length),
    decays: options.decay ? i === 1 : shapes[i]!.length >= 2,
  }));
  const constants = { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0, ...options } as const;
  const norms: Tensor<"f32">[] = [];
  const expectedNorms: number[] = [];
  for (let step = 1; step <= 10; step++) {
    const gradients = draw().map((g) => g.map((x) => x * (step === 4 ? 1e-4 : 1))); // one step below the norm
    const grads = treeOf(gradients.map((data, i) => device.tensor(data, shapes[i])));
    const learningRate = 0.1 / step;
    norms.push(optimizer.update(params, grads, state, { learningRate }).gradNorm);
    const plain = gradients.map((g) => Float64Array.from(g));
    expectedNorms.push(adamwReference(expected, plain, step, learningRate, constants));
  }
  assertEquals(state.step, 10);
  const data = await device.read([...leaves(params), ...leaves(state.m), ...leaves(state.v)]);
  const right = [...expected.map(({ x }) => x), ...expected.map(({ m }) => m), ...expected.map(({ v }) => v)];
  right.forEach((values, i) => assertClose(data[i]!, values, { atol: 3e-6, what: `tensor ${i}` }));
  const found = await device.read(norms);
  assertClose(found.map(([norm]) => norm!), expectedNorms, { rtol: 1e-5, what: "norms" });
}

await eachDevice(Deno.test, "adamw() follows the float64 reference for ten steps", async (device) => {
  await compare(device, new Random(1), {});
  await compare(device, new Random(2), { maxNorm: 1, weightDecay: 0.1 });
  await compare(device, new Random(3), {
    ...{ betas: [0.8, 0.99], eps: 1e-3, weightDecay: 0.3, maxNorm: 300 },
    decay: (path) => path === "blocks.0.w",
  });
});

await eachDevice(Deno.test, "adamw() leaves everything as it is where a gradient is not finite", async (device) => {
  const random = new Random(4);
  const optimizer = adamw({ maxNorm: 1, weightDecay: 0.1 });
  for (const bad of [NaN, Infinity, -Infinity, 1e30]) { // the square of the last overflows
    const params = [device.tensor(random.normals(70), [7, 10]), device.tensor(random.normals(3))] as const;
    const state = optimizer.init(params);
    const gradients = [random.normals(70), random.normals(3)] as const;
    const grads = [device.tensor(gradients[0], [7, 10]), device.tensor(gradients[1])] as const;
    optimizer.update(params, grads, state, { learningRate: 0.1 });
    const tensors = [...leaves(params), ...leaves(state.m), ...leaves(state.v)];
    const before = await device.read(tensors);
    gradients[0][69] = bad;
    const worse = [device.tensor(gradients[0], [7, 10]), grads[1]] as const;
    const { gradNorm } = optimizer.update(params, worse, state, { learningRate: 0.1 });
    assert(!Number.isFinite(await gradNorm.item()));
    assertEquals(await device.read(tensors), before);
    optimizer.update(params, grads, state, { learningRate: 0.1 });
    const after = await device.read(tensors);
    after.forEach((x, i) => assert(x.every((value, j) => Number.isFinite(value) && value !== before[i]![j])));
  }
});

await eachDevice(Deno.test, "adamw() finds the minimum of a quadratic", async (device) => {
  const target = device.tensor([3, -1, 0.5, 10]);
  const scale = device.tensor([1, 100, 0.1, 1]);
  const params = { x: device.zeros([4]) as Tensor };
  const optimizer = adamw();
  const state = optimizer.init(params);
  for (let step = 0; step < 400; step++) {
    using _scope = device.scope();
    const { grads } = valueAndGrad((p) => {
      const error = sub(p.x, target);
      return sum(mul(mul(error, error), scale));
    }, params);
    optimizer.update(params, grads, state, { learningRate: 0.3 * (1 - step / 400) });
  }
  assertClose(await params.x.data(), [3, -1, 0.5, 10], { atol: 1e-2 });
});

Deno.test("adamw() gives the same bits with 1 and 2 threads", async () => {
  const random = new Random(5);
  const data = [random.normals(150_001), random.normals(17)];
  const gradients = [random.normals(150_001), random.normals(17)];
  await assertRepeatable((device) => {
    const params = data.map((x) => device.tensor(x));
    const grads = gradients.map((x) => device.tensor(x));
    const optimizer = adamw({ maxNorm: 1 });
    const state = optimizer.init(params);
    const norms = [1, 2, 3].map(() => optimizer.update(params, grads, state, { learningRate: 0.01 }).gradNorm);
    return [...params, ...state.m, ...state.v, ...norms];
  });
});

await eachDevice(Deno.test, "adamw() that finds a disposed tensor has changed nothing", async (device) => {
  for (const gone of ["params", "grads", "m", "v"] as const) {
    const params = { a: device.tensor([1, 2]), b: device.tensor([3]) };
    const grads = { a: device.tensor([1, 1]), b: device.tensor([1]) };
    const optimizer = adamw();
    const state = optimizer.init(params);
    ({ params, grads, ...state })[gone].b.dispose();
    const update = () => optimizer.update(params, grads, state, { learningRate: 0.1 });
    assertThrows(update, TypeError, "disposed tensor of shape [1]");
    assertEquals([state.step, await params.a.data()], [0, Float32Array.of(1, 2)], gone);
    assertEquals(await device.read([state.m.a, state.v.a]), [new Float32Array(2), new Float32Array(2)], gone);
  }
});

await eachDevice(Deno.test, "adamw() names what does not agree", (device) => {
  const optimizer = adamw();
  const params = { a: device.zeros([2, 3]), b: device.zeros([3]) };
  const state = optimizer.init(params);
  const rate = { learningRate: 0.1 };
  const wrong = { ...params, b: device.zeros([4]) };
  assertThrows(
    () => optimizer.update(params, wrong, state, rate),
    RangeError,
    'Expected gradients with an f32 tensor of shape [3] at "b", as the parameters have, but found one of shape [4]',
  );
  const few = { a: params.a } as typeof params;
  assertThrows(() => optimizer.update(params, few, state, rate), RangeError, "but found none");
  assertThrows(() => optimizer.update(params, params, { ...state, m: wrong }, rate), RangeError, "Expected m with");
  assertThrows(() => optimizer.update(params, params, state, { learningRate: NaN }), RangeError, "found NaN");
  assertThrows(() => optimizer.update({}, {}, optimizer.init({}), rate), RangeError, "empty tree");
  assertThrows(() => optimizer.init({ a: params.a, c: [params.a] }), RangeError, 'at "a" and at "c.0": leave one out');
  assertThrows(() => optimizer.init(device.zeros([2], "i32")), TypeError, "of dtype i32");
  assertThrows(() => adamw({ betas: [1, 0.9] }), RangeError, "Expected betas from 0 to below 1 in adamw");
  assertThrows(() => adamw({ maxNorm: 0 }), RangeError, "maxNorm above 0");
  assertThrows(() => adamw({ eps: 0 }), RangeError, "eps above 0");
  assertThrows(() => adamw({ weightDecay: -1 }), RangeError, "weightDecay of 0 or more");
  assertEquals(state.step, 0);
  assertEquals(mapTree(state.v, (t) => t as Tensor<"f32">).a.shape, [2, 3]);
});
