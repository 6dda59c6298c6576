import { assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../autograd/grad.ts";
import { openDevice } from "../device/open.ts";
import type { Tensor } from "../device/tensor.ts";
import { assertClose, eachDevice, Random } from "../testing/mod.ts";
import { add, mul } from "./elementwise/arithmetic.ts";
import { gatherRows } from "./gather/gather.ts";
import { logProb } from "./log_prob/log_prob.ts";
import { logProbReference } from "./log_prob/reference.ts";
import { sum } from "./reduce/reduce.ts";
import { type RowShards, shardRows } from "./row_shards.ts";

Deno.test("shardRows() cuts a table that does not fit at multiples of 1024", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const bytes = (rows: number) => rows * 12; // of 3 columns
  assertEquals(shardRows(device, 5000, 3), [5000]);
  assertEquals(shardRows(device, 5000, 3, bytes(5000)), [5000]);
  assertEquals(shardRows(device, 5000, 3, bytes(5000) - 1), [4096, 904]);
  assertEquals(shardRows(device, 5000, 3, bytes(1024)), [1024, 1024, 1024, 1024, 904]);
  assertEquals(shardRows(device, 4096, 3, bytes(2048)), [2048, 2048]);
  assertEquals(shardRows(device, 0, 3, 0), [0]);
  assertThrows(() => shardRows(device, 5000, 3, bytes(1023)), RangeError, "shape [5000,3] into tensors on cpu: 1024");
  assertThrows(() => shardRows(device, 2 ** 53 - 1, 3), RangeError, "of them"); // on the word of a config.json
});

/** Value and gradients of a loss that looks up rows, and predicts some of them. */
function lossOf(table: RowShards, hidden: Tensor, ids: Tensor): Tensor<"f32">[] {
  const { value, grads } = valueAndGrad((p) => {
    const { logProb: l, entropy } = logProb(add(p.hidden, gatherRows(p.table, ids)), p.table, ids);
    return sum(add(l, mul(entropy, 0.5)));
  }, { table, hidden });
  return [value, grads.hidden, ...[grads.table].flat()] as Tensor<"f32">[];
}

await eachDevice(Deno.test, "row shards give the same bits as one tensor, forward and backward", async (device) => {
  const [rows, cols] = [2100, 5];
  const random = new Random(1);
  const data = random.normals(rows * cols);
  const ids = device.tensor(Uint32Array.of(0, 1023, 1024, 2099, 2047, 1024, 2048));
  const hidden = device.tensor(random.normals(7 * cols), [7, cols]);
  const shards: Tensor[] = [];
  for (const count of shardRows(device, rows, cols, 1024 * cols * 4)) {
    const at = shards.length * 1024 * cols;
    shards.push(device.tensor(data.subarray(at, at + count * cols), [count, cols]));
  }
  const [value, dHidden, dTable] = await device.read(lossOf(device.tensor(data, [rows, cols]), hidden, ids));
  const [sameValue, sameHidden, ...dShards] = await device.read(lossOf(shards, hidden, ids));
  assertEquals([sameValue, sameHidden], [value, dHidden]);
  assertEquals(dShards.map((x) => x.length / cols), [1024, 1024, 52]);
  assertEquals(Float32Array.from(dShards.flatMap((x) => [...x])), dTable);
});

await eachDevice(
  (test) => test.name.includes("(webgpu") && Deno.test(test), // on the CPU one tensor may have 4 GiB
  "a vocabulary of 151,936 × 256 trains where one tensor may have 128 MiB",
  async (device) => {
    const [rows, cols] = [151_936, 256];
    const random = new Random(2);
    const data = new Float32Array(rows * cols);
    let word = 1;
    for (let i = 0; i < data.length; i++) {
      word = (Math.imul(word, 1664525) + 1013904223) | 0;
      data[i] = word * 2 ** -34; // uniform in ±1/8
    }
    const counts = shardRows(device, rows, cols, Math.min(device.limits.maxTensorBytes, 128 * 2 ** 20));
    assertEquals(counts, [131_072, 20_864]);
    let at = 0;
    const table = counts.map((count) => device.tensor(data.subarray(at, at += count * cols), [count, cols]));

    const targets = [3, 131_071, 131_072, 151_935];
    const ids = device.tensor(Uint32Array.from(targets));
    const hidden = random.normals(targets.length * cols);
    const { grads, aux } = valueAndGrad((p) => {
      const y = logProb(p.hidden, p.table, ids);
      return [sum(y.logProb), [y.logProb, y.entropy] as Tensor[]];
    }, { hidden: device.tensor(hidden, [targets.length, cols]), table });
    const probes = [3, 7, 131_071, 131_072, 140_000, 151_935];
    const [l, h, dHidden, gathered, dRows] = await device.read(
      [
        ...aux,
        grads.hidden,
        gatherRows(table, ids),
        gatherRows(grads.table, device.tensor(Uint32Array.from(probes))),
      ] as Tensor<"f32">[],
    );

    assertEquals(gathered, Float32Array.from(targets.flatMap((id) => [...data.subarray(id * cols, (id + 1) * cols)])));
    const sizes = { width: cols, vocabulary: rows, temperature: 1 };
    const [h64, w64] = [Float64Array.from(hidden), Float64Array.from(data)];
    const expected = logProbReference(h64, w64, targets, sizes);
    assertClose(l!, expected.logProb, { atol: 2e-5 });
    assertClose(h!, expected.entropy, { atol: 2e-5 });
    // d Σ log p[target] / d z[t, j] = [j = target of t] − p[t, j]
    const product = (t: number, j: number) =>
      h64.subarray(t * cols, (t + 1) * cols).reduce((z, x, i) => z + x * w64[j * cols + i]!, 0);
    const logTotals = targets.map((id, t) => product(t, id) - expected.logProb[t]!);
    const slope = (t: number, j: number) => (j === targets[t] ? 1 : 0) - Math.exp(product(t, j) - logTotals[t]!);
    const dExpected = probes.flatMap((j) =>
      Array.from({ length: cols }, (_, i) => targets.reduce((g, _, t) => g + slope(t, j) * h64[t * cols + i]!, 0))
    );
    assertClose(dRows!, dExpected, { atol: 1e-6 });
    const dHiddenExpected = new Float64Array(cols); // of the first row
    for (let j = 0; j < rows; j++) {
      const g = slope(0, j);
      for (let i = 0; i < cols; i++) dHiddenExpected[i]! += g * w64[j * cols + i]!;
    }
    assertClose(dHidden!.subarray(0, cols), dHiddenExpected, { atol: 1e-5 });
  },
);
