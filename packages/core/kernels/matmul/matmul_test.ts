import { assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../../autograd/grad.ts";
import type { Tensor } from "../../device/tensor.ts";
import { assertClose, assertRepeatable, checkOperation, eachDevice, Random } from "../../testing/mod.ts";
import { add } from "../elementwise/arithmetic.ts";
import { sum } from "../reduce/reduce.ts";
import { matmul, multiply } from "./matmul.ts";
import { matmulReference } from "./reference.ts";

await eachDevice(
  Deno.test,
  "matmul() and its gradients equal the float64 reference in every layout",
  async (device) => {
    await checkOperation(device, (random) => {
      const [m, n, k] = [random.length(49), random.length(49), random.length(65)];
      const [transposeA, transposeB] = [random.pick([false, true]), random.pick([false, true])];
      const input = (...shape: number[]) => ({ shape, data: random.normals(shape.reduce((x, y) => x * y, 1)) });
      const inputs = [
        input(...(transposeA ? [k, m] : [m, k])),
        input(...(transposeB ? [n, k] : [k, n])),
        ...(random.pick([false, true]) ? [input(n), input(m, n)] : []),
      ];
      return {
        label: `${m}×${n}×${k} ${transposeA ? "T" : "N"}${transposeB ? "T" : "N"}`,
        inputs,
        run: ([a, b, bias, residual]) => matmul(a!, b!, { transposeA, transposeB, bias, residual }),
        reference: (xs) => matmulReference(xs, { m, n, k, transposeA, transposeB }),
        terms: Math.max(m, n, k),
      };
    });
  },
);

await eachDevice(Deno.test, "matmul() of more rows than one part equals the float64 reference", async (device) => {
  const sizes = { m: 400, n: 5, k: 7, transposeA: false, transposeB: false };
  await checkOperation(device, (random) => ({
    label: "400×5×7",
    inputs: [[400, 7], [7, 5]].map((shape) => ({ shape, data: random.normals(shape[0]! * shape[1]!) })),
    run: ([a, b]) => matmul(a!, b!),
    reference: (xs) => matmulReference(xs, sizes),
    terms: 400,
  }), { count: 1, budget: 0 });
});

await eachDevice(Deno.test, "matmul() adds to gradients that are there, in every layout", async (device) => {
  const random = new Random(8);
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const [m, n, k] = [7, 9, 300];
      const x = { shape: transposeA ? [k, m] : [m, k], data: random.normals(m * k) };
      const w = { shape: transposeB ? [n, k] : [k, n], data: random.normals(k * n) };
      const params = { x: device.tensor(x.data, x.shape), w: device.tensor(w.data, w.shape) };
      const loss = (p: typeof params) => sum(matmul(p.x, p.w, { transposeA, transposeB }));
      const once = valueAndGrad(loss, params);
      const thrice = valueAndGrad((p: typeof params) => add(loss(p), loss(p)), params, {
        into: {
          x: device.tensor(await once.grads.x.data(), x.shape),
          w: device.tensor(await once.grads.w.data(), w.shape),
        },
      });
      for (const name of ["x", "w"] as const) {
        const [one, three] = await device.read([once.grads[name], thrice.grads[name]]);
        assertClose(three!, one!.map((g) => 3 * g), { atol: 1e-4 });
      }
    }
  }
});

await eachDevice(Deno.test, "matmul() gives a row the same bits in any batch and at any place", async (device) => {
  const random = new Random(5);
  for (const [k, n] of [[33, 17], [300, 40], [7, 8]] as const) {
    const rows = 50;
    const a = random.normals(rows * k);
    const w = device.tensor(random.normals(n * k), [n, k]);
    const whole = matmul(device.tensor(a, [rows, k]), w, { transposeB: true });
    const parts = [[0, 1], [1, 6], [13, 7], [47, 3]].map(([from, count]) => ({
      from: from!,
      y: matmul(device.tensor(a.slice(from! * k, (from! + count!) * k), [count!, k]), w, { transposeB: true }),
    }));
    const [all, ...some] = await device.read([whole, ...parts.map(({ y }) => y)]);
    parts.forEach(({ from }, i) => assertEquals(some[i], all!.slice(from * n, from * n + some[i]!.length)));
  }
});

await eachDevice(
  Deno.test,
  "multiply() gives the same bits for many rows at once as for a few, in every layout",
  async (device) => {
    const random = new Random(7);
    const [m, n, k, few] = [70, 101, 160, 7]; // many rows take the large tile of a software adapter
    const [a, b] = [random.normals(m * k), random.normals(k * n)];
    const [bias, residual] = [device.tensor(random.normals(n)), device.tensor(random.normals(m * n), [m, n])];
    const like = await residual.data();
    const flip = (x: Float32Array, rows: number) =>
      x.map((_, at) => x[(at % rows) * (x.length / rows) + Math.floor(at / rows)]!);
    for (const [ta, tb] of [[false, false], [false, true], [true, false], [true, true]] as const) {
      const B = { tensor: device.tensor(tb ? flip(b, k) : b), transpose: tb };
      const product = (
        rows: Float32Array,
        start: Float32Array,
        options: { residual?: Tensor; accumulate?: boolean },
      ) => {
        const count = rows.length / k;
        const out = device.tensor(start);
        multiply(
          { tensor: device.tensor(ta ? flip(rows, count) : rows), transpose: ta },
          B,
          { tensor: out },
          count,
          n,
          k,
          {
            ...options,
            bias,
          },
        );
        return out;
      };
      const whole = [product(a, like, { residual }), product(a, like, { accumulate: true })];
      const part = (at: number) => {
        const [rows, start] = [a.slice(at * k, (at + few) * k), like.slice(at * n, (at + few) * n)];
        return [product(rows, start, { residual: device.tensor(start) }), product(rows, start, { accumulate: true })];
      };
      const parts = Array.from({ length: m / few }, (_, i) => part(i * few)).flat();
      const [all, added, ...some] = await device.read([...whole, ...parts]);
      some.forEach((bits, i) => {
        const at = (i >> 1) * few * n;
        assertEquals(bits, (i % 2 === 0 ? all! : added!).slice(at, at + few * n));
      });
    }
  },
);

Deno.test("matmul() gives the same bits with 1 and 2 threads, and from run to run", async () => {
  const random = new Random(6);
  const [m, n, k] = [131, 97, 517];
  const a = random.normals(m * k);
  const b = random.normals(k * n);
  await assertRepeatable((device) => [matmul(device.tensor(a, [m, k]), device.tensor(b, [k, n]))]);
});

await eachDevice(Deno.test, "matmul() with no rows, no columns or nothing to sum", async (device) => {
  const [none, zeros, bias] = [
    matmul(device.zeros([0, 3]), device.zeros([3, 2])),
    matmul(device.zeros([2, 0]), device.zeros([0, 3])),
    matmul(device.zeros([2, 0]), device.zeros([0, 3]), { bias: device.tensor([1, 2, 3]) }),
  ];
  assertEquals([none.shape, (await none.data()).length], [[0, 2], 0]);
  assertEquals(await zeros.data(), new Float32Array(6));
  assertEquals(await bias.data(), Float32Array.of(1, 2, 3, 1, 2, 3));
});

await eachDevice(Deno.test, "matmul() names both shapes and the remedy", (device) => {
  const x = device.zeros([2, 3]);
  assertThrows(
    () => matmul(x, device.zeros([4, 3])),
    RangeError,
    "Cannot matmul tensors of shapes [2,3] and [4,3]: the inner lengths must agree; set transposeA or transposeB",
  );
  assertThrows(() => matmul(x, device.zeros([3, 4]), { bias: device.zeros([3]) }), RangeError, "bias of shape [3]");
  assertThrows(() => matmul(x, device.zeros([3, 4]), { residual: device.zeros([4, 2]) }), RangeError, "[4,2]");
  assertThrows(() => matmul(device.zeros([2, 3], "i32"), device.zeros([3, 4])), TypeError, "it needs f32; use cast()");
  const gone = device.zeros([3, 4]);
  gone.dispose();
  assertThrows(() => matmul(x, gone), TypeError, "disposed tensor of shape [3,4]");
});
