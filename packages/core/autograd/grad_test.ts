import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";
import { add, mul } from "../kernels/elementwise/arithmetic.ts";
import { exp } from "../kernels/elementwise/functions.ts";
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
  const run = (wrap: boolean) => {
    const before = device.stats().bytes;
    let held = 0; // at the end of the forward pass
    const { grads } = valueAndGrad((ws: readonly Tensor[]) => {
      const y = mean(ws.reduce((x, w) => wrap ? recompute((x) => block(x, w), x) : block(x, w), x));
      held = device.stats().bytes - before;
      return y;
    }, weights as readonly Tensor[]);
    return { grads, held };
  };
  const plain = run(false);
  const again = run(true);
  const data = await device.read([...plain.grads, ...again.grads] as Tensor<"f32">[]);
  for (let i = 0; i < 6; i++) assertEquals(data[i], data[i + 6]);
  assert(3 * again.held < plain.held, `${again.held} bytes with recompute(), ${plain.held} without`);
});

await eachDevice(
  Deno.test,
  "recompute() of a block that returns its input, or a captured parameter",
  async (device) => {
    const params = { x: device.tensor([1, 2]), w: device.tensor([5, 6]) };
    const { grads } = valueAndGrad((p) => {
      const input = mul(recompute((x) => x, p.x), p.x); // x²
      const h = mul(p.x, 2);
      const middle = mul(recompute((h) => h, h), h); // 4 x²
      const captured = mul(recompute((_) => p.w, p.x), 3); // 3 w
      return sum(add(add(input, middle), captured));
    }, params);
    assertEquals(await device.read([grads.x, grads.w]), [Float32Array.of(10, 20), Float32Array.of(3, 3)]);
    assertEquals(await device.read([params.x, params.w]), [Float32Array.of(1, 2), Float32Array.of(5, 6)]);
  },
);

await eachDevice(Deno.test, "recompute() over constants has no gradient, and without inputs is refused", (device) => {
  const [params, constant] = [{ w: device.zeros([2]) }, device.zeros([2])];
  assertThrows(
    () => valueAndGrad(() => sum(recompute((x) => mul(x, 2), constant)), params),
    TypeError,
    "does not depend on the parameters",
  );
  assertThrows(() => recompute(() => constant), TypeError, "Cannot recompute a block without inputs");
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

await eachDevice(Deno.test, "valueAndGrad() pairs given gradients by path", async (device) => {
  const params = { a: device.zeros([2]), b: device.zeros([2]) };
  const into = { b: device.full([2], 20), a: device.full([2], 10), more: device.zeros([1]) };
  valueAndGrad((p) => sum(add(p.a, mul(p.b, 2))), params, { into });
  assertEquals(await device.read([into.a, into.b]), [Float32Array.of(11, 11), Float32Array.of(22, 22)]);
});

await eachDevice(Deno.test, "valueAndGrad() names the path of a given gradient that does not fit", (device) => {
  const params = { a: device.zeros([2]), b: device.zeros([2]) };
  const [a, shared] = [device.zeros([2]), device.zeros([2])];
  const refused: [object, path: string, found: string][] = [
    [{ a, b: device.zeros([2, 1]) }, "b", "f32[2,1] on"],
    [{ a, b: device.zeros([2], "i32") }, "b", "i32[2] on"],
    [{ a }, "b", "none"],
    [{ a, b: a }, "b", "f32[2] on"],
    [{ a, b: params.b }, "b", "f32[2] on"],
    [{ a: shared, b: device.alias(shared) }, "a", "f32[2] on"],
  ];
  for (const [into, path, found] of refused) {
    const error = assertThrows(
      () => valueAndGrad((p) => sum(add(p.a, p.b)), params, { into: into as typeof params }),
      RangeError,
      `Expected \`into\` with an f32 tensor of shape [2] at "${path}", on the parameter's device and over memory of its own`,
    );
    assertStringIncludes(error.message, `but found ${found}`);
  }
});

await eachDevice(Deno.test, "gradients never share memory", async (device) => {
  const { grads } = valueAndGrad((p) => sum(add(p.a, p.b)), { a: device.zeros([2]), b: device.zeros([2]) });
  device.write(grads.a, Float32Array.of(7, 8));
  assertEquals(await grads.b.data(), Float32Array.of(1, 1));
  grads.a.dispose();
  assertEquals(await grads.b.data(), Float32Array.of(1, 1));
});

await eachDevice(Deno.test, "a parameter that is the value itself has the gradient 1, and survives", async (device) => {
  const params = { w: device.tensor([5], []) };
  const into = { w: device.full([], 10) };
  const first = valueAndGrad((p) => p.w, params);
  const second = valueAndGrad((p) => p.w, params, { into });
  assertEquals([await first.grads.w.item(), await into.w.item()], [1, 11]);
  first.value.dispose();
  second.value.dispose();
  assertEquals(await params.w.item(), 5);
});

await eachDevice(Deno.test, "valueAndGrad() refuses one tensor at two paths, nesting and async functions", (device) => {
  const w = device.zeros([2]);
  assertThrows(
    () => valueAndGrad((p) => sum(p.a), { a: w, b: [w] }),
    RangeError,
    'one tensor at "a" and at "b.0": leave one out',
  );
  assertThrows(
    () => valueAndGrad((p) => valueAndGrad((q) => sum(q.w), p).value, { w }),
    Error,
    "there are no second derivatives",
  );
  const late = (() => Promise.resolve(w)) as unknown as () => Tensor;
  assertThrows(() => valueAndGrad(late, { w }), TypeError, "found a promise: it cannot be async");
  assertThrows(() => valueAndGrad(() => 1 as unknown as Tensor, { w }), TypeError, "found number");
  assertThrows(() => valueAndGrad(() => w, {}), TypeError, "an empty tree of parameters");
  assertThrows(() => valueAndGrad(() => w, { w }, { scale: NaN }), RangeError, "a finite scale in valueAndGrad");
  assertEquals(device.tape, undefined);
});

Deno.test("valueAndGrad() refuses parameters on two devices", async () => {
  using one = await openDevice({ device: "cpu", threads: 1 });
  using two = await openDevice({ device: "cpu", threads: 1 });
  const params = { a: one.zeros([1]), b: two.zeros([1]) };
  assertThrows(() => valueAndGrad((p) => sum(p.a), params), TypeError, 'two devices: "b" is on another one');
});

await eachDevice(Deno.test, "write() into what the backward pass needs is refused", async (device) => {
  const { grads } = valueAndGrad((p) => {
    const y = mul(p.x, p.x);
    for (const tensor of [p.x, y, device.alias(p.x)]) {
      assertThrows(
        () => device.write(tensor, Float32Array.of(9)),
        Error,
        "the backward pass of a running valueAndGrad",
      );
    }
    return sum(y);
  }, { x: device.tensor([3]) });
  assertEquals(await grads.x.data(), Float32Array.of(6));
});
