import { assertEquals } from "@std/assert";
import { assertRepeatable, checkOperation, eachDevice, Random } from "../../testing/mod.ts";
import { mean, sum } from "./reduce.ts";

const axes = [undefined, "first", "last"] as const;

await eachDevice(
  Deno.test,
  "sum() and mean(), masked or not, and their gradients equal the float64 reference",
  async (device) => {
    await checkOperation(device, (random) => {
      const [rows, cols] = [random.length(129), random.length(65)];
      const axis = random.pick(axes);
      const average = random.pick([false, true]);
      const masked = random.pick([false, true]);
      const mask = random.normals(rows * cols).map((x) => x > 0 ? 1 : 0);
      for (let i = 0; i < Math.max(rows, cols); i++) mask[(i % rows) * cols + i % cols] = 1; // none is empty
      return {
        label: `${average ? "mean" : "sum"} [${rows}, ${cols}] ${axis} ${masked ? "masked" : ""}`,
        inputs: [{ shape: [rows, cols], data: random.normals(rows * cols) }],
        run: ([x], device) =>
          (average ? mean : sum)(x!, { axis, mask: masked ? device.tensor(mask, [rows, cols]) : undefined }),
        reference([x]) {
          const size = axis === "first" ? cols : axis === "last" ? rows : 1;
          const totals = new Float64Array(size);
          const counts = new Float64Array(size);
          x!.forEach((value, i) => {
            const at = axis === "first" ? i % cols : axis === "last" ? Math.floor(i / cols) : 0;
            if (masked && !mask[i]) return;
            totals[at]! += value;
            counts[at]! += 1;
          });
          return average ? totals.map((total, i) => total / counts[i]!) : totals;
        },
        terms: rows * cols,
      };
    });
  },
);

await eachDevice(Deno.test, "sums of more than one part are exact for whole numbers", async (device) => {
  for (const [rows, cols] of [[350, 100], [3, 16_000], [40_000, 1]] as const) {
    const data = Float32Array.from({ length: rows * cols }, (_, i) => i % 7 - 2);
    const x = device.tensor(data, [rows, cols]);
    const [last, first, all] = await device.read([sum(x, { axis: "last" }), sum(x, { axis: "first" }), sum(x)]);
    const byRow = new Float32Array(rows);
    const byColumn = new Float32Array(cols);
    data.forEach((value, i) => {
      byRow[Math.floor(i / cols)]! += value;
      byColumn[i % cols]! += value;
    });
    assertEquals([last, first], [byRow, byColumn]);
    assertEquals([...all!], [data.reduce((a, b) => a + b)]);
  }
});

await eachDevice(Deno.test, "sum() over masks leaves out NaN", async (device) => {
  const x = device.tensor([1, NaN, 3, 4, NaN, 6], [2, 3]);
  const mask = device.tensor([1, 0, 1], [3]);
  const [rows, all] = await device.read([sum(x, { mask, axis: "last" }), mean(x, { mask })]);
  assertEquals([...rows!, ...all!], [4, 10, 3.5]);
});

await eachDevice(Deno.test, "sum() of nothing is 0", async (device) => {
  const x = device.zeros([0, 3]);
  const [all, columns, rows] = [sum(x), sum(x, { axis: "first" }), sum(x, { axis: "last" })];
  assertEquals(await all.item(), 0);
  assertEquals(await columns.data(), new Float32Array(3));
  assertEquals(rows.shape, [0]);
});

Deno.test("sums have the same bits with 1 and 2 threads", async () => {
  const data = new Random(2).normals(513 * 257);
  await assertRepeatable((device) => {
    const x = device.tensor(data, [513, 257]);
    return [sum(x), sum(x, { axis: "first" }), sum(x, { axis: "last" })];
  });
});
