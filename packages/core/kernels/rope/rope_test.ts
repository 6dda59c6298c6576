import { assertEquals, assertThrows } from "@std/assert";
import { sum, valueAndGrad } from "../../mod.ts";
import { assertClose, assertRepeatable, checkOperation, eachDevice, Random } from "../../testing/mod.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { ropeReference } from "./reference.ts";
import { rope } from "./rope.ts";
import { ropeTable } from "./table.ts";

await eachDevice(Deno.test, "rope() and its gradient equal the float64 reference", async (device) => {
  await checkOperation(device, (random) => {
    const [rows, heads, headDim] = [random.pick([0, 1, 2, 3, 5, 8, 17]), random.int(1, 5), random.int(2, 33)];
    const dim = random.pick([headDim - headDim % 2, 2 * random.int(1, Math.floor(headDim / 2))]);
    const count = random.pick([1, 2, 31, 700]);
    const positions = Int32Array.from({ length: rows }, () => random.int(0, count - 1));
    const [theta, factor] = [random.pick([10000, 500000]), random.pick([1, 1.25])];
    return {
      label: `[${rows}, ${heads} · ${headDim}], dim ${dim}`,
      inputs: [{ shape: [rows, heads * headDim], data: random.normals(rows * heads * headDim) }],
      run: ([x], device) => {
        const table = ropeTable(device, { dim, positions: count, theta, attentionFactor: factor });
        const ids = rows % 2 === 0 ? positions : Uint32Array.from(positions);
        return rope(x!, device.tensor(ids), table, { heads });
      },
      reference: ([x]) => ropeReference(x!, positions, { heads, headDim, dim, theta, factor }),
    };
  }, { budget: 20_000 });
});

await eachDevice(Deno.test, "rope() of more than one part equals the float64 reference", async (device) => {
  const [rows, heads, headDim] = [520, 4, 16];
  const sizes = { heads, headDim, dim: headDim, theta: 10000, factor: 1 };
  const positions = Int32Array.from({ length: rows }, (_, i) => i % 32);
  await checkOperation(device, (random) => ({
    label: `[${rows}, ${heads} · ${headDim}]`,
    inputs: [{ shape: [rows, heads * headDim], data: random.normals(rows * heads * headDim) }],
    run: ([x]) => rope(x!, device.tensor(positions), ropeTable(device, { dim: headDim, positions: 32 }), { heads }),
    reference: ([x]) => ropeReference(x!, positions, sizes),
  }), { count: 1, budget: 0 });
});

await eachDevice(Deno.test, "rope() gives NaN at positions that its table lacks, and only there", async (device) => {
  const x = device.full([4, 10], 2);
  const table = ropeTable(device, { dim: 4, positions: 3 });
  const positions = device.tensor(Int32Array.of(3, 0, -1, 2 ** 31 - 1));
  const { grads, aux } = valueAndGrad((p) => {
    const y = rope(p.x, positions, table, { heads: 2 });
    return [sum(y), [y]];
  }, { x });
  for (const data of await device.read([aux[0]!, grads.x])) {
    assertEquals([...data].map(Number.isNaN), Array.from({ length: 40 }, (_, i) => i < 10 || i >= 20));
  }
});

await eachDevice(Deno.test, "ropeTable() takes frequencies and a factor", async (device) => {
  const table = await ropeTable(device, { dim: 4, positions: 3, frequencies: [0.5, 2], attentionFactor: 10 }).data();
  const angles = [0, 0, 0.5, 2, 1, 4];
  const rows = [0, 2, 4].flatMap((at) => [Math.cos, Math.sin].flatMap((f) => [f(angles[at]!), f(angles[at + 1]!)]));
  assertClose(table, rows.map((v) => 10 * v), { atol: 1e-6 });
});

await eachDevice(Deno.test, "rope() gives a row the same bits in any batch and at any place", async (device) => {
  const random = new Random(9);
  const [rows, heads, cols] = [30, 3, 3 * 22];
  const x = random.normals(rows * cols);
  const positions = Int32Array.from({ length: rows }, (_, i) => (7 * i) % 50);
  const table = ropeTable(device, { dim: 18, positions: 50 });
  const turn = (from: number, to: number) =>
    rope(
      device.tensor(x.slice(from * cols, to * cols), [to - from, cols]),
      device.tensor(positions.slice(from, to)),
      table,
      { heads },
    ).data();
  const all = await turn(0, rows);
  for (const [from, to] of [[0, 1], [11, 17], [29, 30]] as const) {
    assertEquals(await turn(from, to), all.slice(from * cols, to * cols));
  }
});

Deno.test("rope() gives the same bits with 1 and 2 threads, and from run to run", async () => {
  const random = new Random(10);
  const [rows, cols] = [333, 130];
  const x = random.normals(rows * cols);
  await assertRepeatable((device) => {
    const table = ropeTable(device, { dim: 26, positions: rows });
    const positions = device.tensor(Int32Array.from({ length: rows }, (_, i) => i));
    const { grads, aux } = valueAndGrad((p) => {
      const y = rope(p, positions, table, { heads: 5 });
      return [sum(mul(y, mul(y, y))), [y]];
    }, device.tensor(x, [rows, cols]));
    return [...aux, grads];
  });
});

await eachDevice(Deno.test, "rope() and ropeTable() name what does not fit", (device) => {
  const x = device.zeros([2, 12]);
  const positions = device.zeros([2], "i32");
  const table = ropeTable(device, { dim: 4, positions: 3 });
  assertThrows(() => rope(x, positions, table, { heads: 5 }), RangeError, "shape [2,12] with 5 heads");
  assertThrows(() => rope(x, device.zeros([3], "u32"), table, { heads: 2 }), RangeError, "positions of shape [3]");
  assertThrows(() => rope(x, device.zeros([2]), table, { heads: 2 }), TypeError, "must be i32 or u32; use cast()");
  assertThrows(
    () => rope(x, positions, table, { heads: 4 }),
    RangeError,
    "heads of width 3 with a table of shape [3,4]",
  );
  assertThrows(() => rope(device.zeros([2, 12], "u32"), positions, table, { heads: 2 }), TypeError, "it needs f32");
  assertThrows(() => ropeTable(device, { dim: 3, positions: 3 }), RangeError, "expected an even number");
  assertThrows(() => ropeTable(device, { dim: 4, positions: 1.5 }), RangeError, "of 1.5 positions");
  assertThrows(
    () => ropeTable(device, { dim: 4, positions: 3, frequencies: [1] }),
    RangeError,
    "expected 2, one a pair",
  );
  positions.dispose();
  assertThrows(() => rope(x, positions, table, { heads: 2 }), TypeError, "disposed tensor of shape [2]");
});
