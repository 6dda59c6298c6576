import { assertEquals, assertThrows } from "@std/assert";
import type { Tensor } from "../../device/tensor.ts";
import { valueAndGrad } from "../../autograd/grad.ts";
import { assertClose, type Case, checkOperation, eachDevice, type Random } from "../../testing/mod.ts";
import { sum } from "../reduce/reduce.ts";
import * as arithmetic from "./arithmetic.ts";
import * as functions from "./functions.ts";
import { type Name, table } from "./table.ts";

const ops = { ...arithmetic, ...functions };

/** Shapes that operands take against a result of [rows, cols]. */
const patterns = {
  whole: (rows: number, cols: number) => [rows, cols],
  row: (_: number, cols: number) => [cols],
  column: (rows: number) => [rows, 1],
  scalar: () => [],
} as const;

/** Moves numbers to where an operation is defined and smooth. */
const domains: Partial<Record<Name, (x: number) => number>> = {
  log: (x) => Math.abs(x) + 0.1,
  sqrt: (x) => Math.abs(x) + 0.1,
};

const kinked: ReadonlySet<Name> = new Set(["minimum", "maximum", "clamp", "greater"]);

function draw(random: Random, name: Name): Case {
  const row = table[name];
  const [rows, cols] = [random.length(33), random.length(65)];
  const mask = random.normals(rows * cols).map((x) => x > 0 ? 1 : 0);
  const kinds = Array.from(
    { length: name === "clamp" || name === "where" ? 1 : row.inputs },
    () => random.pick(["whole", "whole", "row", "column", "scalar"] as const),
  );
  if (name === "where") kinds.push("whole");
  const domain = domains[name] ?? ((x) => x);
  const inputs = kinds.map((kind, i) => {
    const shape = patterns[kind](rows, cols);
    // Tenths and a share of one that differs by input: no kink lies within a step of the differences.
    const apart = (x: number) => kinked.has(name) ? Math.round(x * 10) / 10 + 0.03 * (i + 1) : domain(x);
    return { shape, data: random.normals(shape.reduce((a, b) => a * b, 1)).map(apart) };
  });
  if (name === "div") inputs[1]!.data.forEach((x, i, data) => data[i] = Math.sign(x) * (Math.abs(x) + 0.5));
  const shape = [rows, cols];
  const full = (kind: keyof typeof patterns, xs: Float64Array, at: number) =>
    kind === "whole"
      ? xs[at]!
      : kind === "row"
      ? xs[at % cols]!
      : kind === "column"
      ? xs[Math.floor(at / cols)]!
      : xs[0]!;
  // Without a complete operand the result may be smaller; adding zeros keeps every case at [rows, cols].
  const pad = (y: Tensor) => y.shape.join() === shape.join() ? y : ops.add(y, y.device.zeros(shape));
  return {
    label: `${name} ${kinds} [${shape}]`,
    inputs,
    gradientTerms: rows * cols,
    run(tensors, device) {
      if (name === "clamp") return pad(ops.clamp(tensors[0]!, -0.5, 0.7));
      if (name === "where") return pad(ops.where(device.tensor(mask, shape), tensors[0]!, tensors[1]!));
      const f = ops[name as "add"] as (...inputs: Tensor[]) => Tensor;
      return pad(f(...tensors));
    },
    reference: (xs) =>
      Float64Array.from({ length: rows * cols }, (_, at) => {
        const values = kinds.map((kind, i) => full(kind, xs[i]!, at));
        if (name === "clamp") return row.reference(values[0]!, -0.5, 0.7);
        if (name === "where") return row.reference(mask[at]!, values[0]!, values[1]!);
        return row.reference(values[0]!, values[1]!, values[2]!);
      }),
  };
}

const internal: Name[] = ["inside", "geluGrad", "swigluGradGate"];
const names = (Object.keys(table) as Name[]).filter((name) => !internal.includes(name));

for (const name of names) {
  await eachDevice(Deno.test, `${name}() and its gradients equal the float64 reference`, async (device) => {
    await checkOperation(device, (random) => draw(random, name), {
      seed: table[name].code,
      gradients: name !== "greater",
      budget: 20_000,
    });
  });
}

await eachDevice(Deno.test, "elementwise operations reach every part of a large tensor", async (device) => {
  // One row is cut by columns, several rows by rows; the gradient of p has two sources and is added up in place.
  for (const shape of [[40_000], [350, 100], [40_000, 1]]) {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i % 1000);
    const { grads, aux } = valueAndGrad((p) => {
      const y = ops.add(ops.mul(p, 2), 1);
      return [sum(ops.add(y, ops.mul(p, ops.mul(p, 0.5)))), [y]];
    }, device.tensor(data, shape));
    const [y, slope] = await device.read([aux[0]!, grads]);
    assertEquals(y, data.map((x) => 2 * x + 1), `[${shape}]`);
    assertEquals(slope, data.map((x) => 2 + x), `[${shape}]`);
  }
});

await eachDevice(Deno.test, "an operation between rows and a column reaches every part", async (device) => {
  const [rows, cols] = [350, 100];
  const [x, column] = [device.full([rows, cols], 3), Float32Array.from({ length: rows }, (_, i) => i)];
  const y = await ops.mul(x, device.tensor(column, [rows, 1])).data();
  assertEquals(y, Float32Array.from({ length: rows * cols }, (_, i) => 3 * Math.floor(i / cols)));
});

Deno.test("the table has one code a row", () => {
  const codes = Object.values(table).map(({ code }) => code);
  assertEquals(codes, codes.map((_, i) => i));
});

await eachDevice(Deno.test, "elementwise functions reach their limits", async (device) => {
  const x = device.tensor([0, -0, 89, -88, 1e-40, Infinity, -Infinity, 1, -1, 100, -100]);
  const [e, l, ls, s] = await device.read([ops.exp(x), ops.log(x), ops.logSigmoid(x), ops.sigmoid(x)]);
  assertEquals([e![0], e![2], e![5], e![6]], [1, Infinity, Infinity, 0]);
  assertClose([e![3]!], [Math.exp(-88)], { atol: 1e-37 }); // 0 on the CPU: no subnormals
  assertEquals([l![0], l![5], l![7]], [-Infinity, Infinity, 0]);
  assertEquals([Number.isNaN(l![8]!), ls![10], ls![9]], [true, -100, 0]);
  assertEquals([s![9], s![0]], [1, 0.5]);
});

Deno.test("exp() and log() on the CPU are within 2 units in the last place", async () => {
  const { openDevice } = await import("../../device/open.ts");
  using device = await openDevice({ device: "cpu", threads: 1 });
  const xs = Float32Array.from({ length: 40_000 }, (_, i) => (i - 20_000) / 230);
  const [e, l] = await device.read([ops.exp(device.tensor(xs)), ops.log(device.tensor(xs.map((x) => Math.exp(x))))]);
  const ulp = (x: number) => 2 ** (Math.floor(Math.log2(Math.abs(x))) - 23);
  xs.forEach((x, i) => {
    const exact = Math.exp(x);
    if (exact > 2 ** -126) assertClose([e![i]!], [exact], { atol: 2 * ulp(exact) });
    const back = Math.log(Math.fround(Math.exp(x)));
    if (Number.isFinite(back) && back !== 0 && Math.exp(x) > 2 ** -149) {
      assertClose([l![i]!], [back], { atol: 2 * ulp(back) });
    }
  });
});

await eachDevice(Deno.test, "where() keeps NaN out of values and gradients", async (device) => {
  const mask = device.tensor([1, 0]);
  const { value, grads } = valueAndGrad(
    (p) => sum(ops.where(mask, p.x, 0)),
    { x: device.tensor([2, NaN]) },
  );
  assertEquals(await value.item(), 2);
  assertEquals(await grads.x.data(), Float32Array.of(1, 0));
});

await eachDevice(Deno.test, "gelu() has slope 0 and 1 far out", async (device) => {
  const { grads } = valueAndGrad((p) => sum(ops.gelu(p.x)), { x: device.tensor([-1e20, -50, 50, 1e20]) });
  assertClose(await grads.x.data(), [0, 0, 1, 1]);
});

await eachDevice(Deno.test, "x · x has both gradients", async (device) => {
  const { grads } = valueAndGrad((p) => sum(ops.mul(p.x, ops.mul(p.x, p.x))), { x: device.tensor([2, -3]) });
  assertEquals(await grads.x.data(), Float32Array.of(12, 27));
});

await eachDevice(Deno.test, "elementwise operations name shapes that do not broadcast", (device) => {
  assertThrows(
    () => ops.add(device.zeros([2, 3]), device.zeros([2])),
    RangeError,
    "Cannot add tensors of shapes [2,3] and [2]: shapes must agree from the last dimension",
  );
  assertThrows(() => ops.mul(device.zeros([2, 3, 4]), device.zeros([2, 1, 4])), RangeError, "first or last dimensions");
  assertEquals(ops.mul(device.zeros([2, 3, 4]), device.zeros([2, 1, 1])).shape, [2, 3, 4]);
  assertEquals(ops.mul(device.zeros([2, 3, 4]), device.zeros([3, 4])).shape, [2, 3, 4]);
});
