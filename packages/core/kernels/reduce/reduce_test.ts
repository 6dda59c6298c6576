import { assertEquals } from "@std/assert";
import { openDevice } from "../../device/open.ts";
import { checkOperation, eachDevice, Random } from "../../testing/mod.ts";
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
  const x = new Random(2).normals(513 * 257);
  const runs: Float32Array[][] = [];
  for (const threads of [1, 2]) {
    using device = await openDevice({ device: "cpu", threads });
    const t = device.tensor(x, [513, 257]);
    runs.push(await device.read([sum(t), sum(t, { axis: "first" }), sum(t, { axis: "last" })]));
  }
  assertEquals(runs[0], runs[1]);
});
