import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { valueAndGrad } from "../../autograd/grad.ts";
import { openDevice } from "../../device/open.ts";
import type { Tensor } from "../../device/tensor.ts";
import { assertRepeatable, checkOperation, eachDevice, Random } from "../../testing/mod.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { sum } from "../reduce/reduce.ts";
import { logProb, logProbInChunks } from "./log_prob.ts";
import { logProbReference } from "./reference.ts";

await eachDevice(
  Deno.test,
  "logProb() and its gradients equal the float64 reference across chunks",
  async (device) => {
    await checkOperation(device, (random) => {
      const chunk = {
        rows: random.pick([3, 8, 1024]),
        cols: random.pick([1, 5, 16, 68]),
        kept: random.pick([0, 64, 2e4]),
      };
      const [rows, width] = [random.length(17), random.length(17)];
      const { cols } = chunk;
      const lengths = [1, 2, 3, 7, 13, 31, 67, 97, cols - 1, cols, cols + 1, 2 * cols + 1, 3 * cols];
      const vocabulary = Math.max(1, random.pick(lengths));
      const temperature = random.pick([1, 0.7, 3]);
      const targets = Array.from({ length: rows }, () => random.int(0, vocabulary - 1));
      const outputs = random.pick(["both", "logProb", "entropy"]);
      const trained = random.pick(["both", "hidden", "weight"]);
      const hidden = { shape: [rows, width], data: random.normals(rows * width) };
      const first = random.pick([vocabulary, random.int(0, vocabulary)]); // entries of the first shard
      const shards = first === vocabulary ? [vocabulary] : [first, vocabulary - first];
      const weight = shards.map((rows) => ({ shape: [rows, width], data: random.normals(rows * width) }));
      const choose = <T>(logProb: T, entropy: T) =>
        outputs === "both" ? [logProb, entropy] : [outputs === "logProb" ? logProb : entropy];
      return {
        label: `${rows}×${width}, ${
          shards.join(" + ")
        } in ${chunk.rows}×${cols}, τ ${temperature}, ${outputs} of ${trained}`,
        inputs: trained === "both" ? [hidden, ...weight] : trained === "hidden" ? [hidden] : weight,
        run(inputs, device) {
          const ids = device.tensor(random.pick([Int32Array, Uint32Array]).from(targets));
          const h = trained === "weight" ? device.tensor(hidden.data, hidden.shape) : inputs[0]!;
          const w = trained === "hidden"
            ? weight.map(({ data, shape }) => device.tensor(data, shape))
            : inputs.slice(-shards.length);
          const y = logProbInChunks(h, w.length === 1 ? w[0]! : w, ids, temperature, chunk);
          return choose(y.logProb, y.entropy);
        },
        reference(inputs) {
          const h = trained === "weight" ? Float64Array.from(hidden.data) : inputs[0]!;
          const w = trained === "hidden" ? weight.map(({ data }) => data) : inputs.slice(-shards.length);
          const y = logProbReference(h, Float64Array.from(w.flatMap((x) => [...x])), targets, {
            width,
            vocabulary,
            temperature,
          });
          return choose(y.logProb, y.entropy);
        },
        terms: Math.max(width, vocabulary),
      };
    }, { budget: 30_000 });
  },
);

await eachDevice(
  Deno.test,
  "logProb() finds the most likely token, the first of equals, in any chunk",
  async (device) => {
    const random = new Random(2);
    const vocabulary = 131;
    for (const cols of [1024, 64, 7]) {
      // Whole numbers: equal logits are frequent, and exact on both sides.
      const hidden = Float32Array.from({ length: 40 * 3 }, () => random.int(-2, 2));
      const weight = Float32Array.from({ length: vocabulary * 3 }, () => random.int(-2, 2));
      const ids = device.zeros([40], "i32");
      const { argmax } = logProbInChunks(
        device.tensor(hidden, [40, 3]),
        device.tensor(weight, [vocabulary, 3]),
        ids,
        1,
        { rows: 2, cols },
      );
      const sizes = { width: 3, vocabulary, temperature: 1 };
      const expected = logProbReference(
        Float64Array.from(hidden),
        Float64Array.from(weight),
        Array(40).fill(0),
        sizes,
      );
      assertEquals(await argmax.data(), expected.argmax);
    }
  },
);

await eachDevice(Deno.test, "logProb() is exact for logits far apart and far from 0", async (device) => {
  // Rows of logits [x, x + 1], x huge; then certainty, both ways, with the larger logit in either chunk.
  const hidden = device.tensor([30_000, 1, 0, 200, 0, -200], [3, 2]);
  const weight = device.tensor([1, 0, 1, 1], [2, 2]);
  for (const cols of [1, 2]) {
    const y = logProbInChunks(hidden, weight, device.tensor(Int32Array.of(0, 0, 0)), 1, { rows: 2, cols });
    const [l, h] = await device.read([y.logProb, y.entropy]);
    const p = 1 / (1 + Math.E);
    assertAlmostEquals(l![0]!, Math.log(p), 1e-6);
    assertAlmostEquals(h![0]!, -p * Math.log(p) - (1 - p) * Math.log(1 - p), 1e-6);
    assertEquals([...l!.slice(1)], [-200, 0]);
    for (const entropy of h!.slice(1)) assertAlmostEquals(entropy, 0, 1e-30);
  }
});

await eachDevice(
  Deno.test,
  "logProb() gives NaN for a target outside the vocabulary, and only there",
  async (device) => {
    const random = new Random(3);
    const [hidden, weight] = [random.normals(5 * 4), random.normals(9 * 4)];
    const targets = device.tensor(Int32Array.of(2, -1, 9, 8, -(2 ** 31)));
    const params = { hidden: device.tensor(hidden, [5, 4]), weight: device.tensor(weight, [9, 4]) };
    const weights = device.tensor([1, 0, 1, 1, 0]);
    const { grads, aux } = valueAndGrad((p) => {
      const y = logProbInChunks(p.hidden, p.weight, targets, 1, { rows: 3, cols: 4 });
      return [sum(mul(y.logProb, weights)), [y.logProb, y.entropy] as Tensor[]];
    }, params);
    const [logProb, entropy, dHidden] = await device.read(
      [aux[0]!, aux[1]!, grads.hidden] as Tensor<"f32">[],
    );
    assertEquals([...logProb!].map(Number.isNaN), [false, true, true, false, true]);
    assert(entropy!.every(Number.isFinite));
    const bad = [0, 1, 2, 3, 4].map((row) => dHidden!.slice(row * 4, row * 4 + 4).some(Number.isNaN));
    assertEquals(bad, [false, false, true, false, false]); // where the gradient that reaches it is 0 it stays 0
  },
);

await eachDevice(Deno.test, "logProb() passes NaN on", async (device) => {
  const hidden = device.tensor([1, NaN, NaN, 1, 1, 1], [3, 2]);
  const weight = device.tensor([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]);
  for (const cols of [1024, 3]) {
    const y = logProbInChunks(hidden, weight, device.tensor(Int32Array.of(0, 1, 2)), 1, { rows: 8, cols });
    const [l, h] = await device.read([y.logProb, y.entropy]);
    assertEquals([[...l!].map(Number.isNaN), [...h!].map(Number.isNaN)], [[true, true, false], [
      true,
      true,
      false,
    ]]);
  }
});

await eachDevice(Deno.test, "logProb() gives a row the same bits in any batch", async (device) => {
  const random = new Random(4);
  const [rows, width, vocabulary] = [50, 33, 1100];
  const data = random.normals(rows * width);
  const weight = device.tensor(random.normals(vocabulary * width), [vocabulary, width]);
  const ids = Int32Array.from({ length: rows }, () => random.int(0, vocabulary - 1));
  const run = (from: number, count: number) => {
    const hidden = device.tensor(data.slice(from * width, (from + count) * width), [count, width]);
    const seed = device.tensor(data.slice(from, from + count)); // any gradient, the same for the same row
    const { grads, aux } = valueAndGrad((p) => {
      const y = logProb(p, weight, device.tensor(ids.slice(from, from + count)), { temperature: 0.7 });
      return [sum(mul(add(y.logProb, y.entropy), seed)), [y.logProb, y.entropy] as Tensor[]];
    }, hidden as Tensor);
    return [...aux, grads] as Tensor<"f32">[];
  };
  const whole = await device.read(run(0, rows));
  for (const [from, count] of [[0, 1], [1, 6], [13, 17], [49, 1]] as const) {
    const part = await device.read(run(from, count));
    part.forEach((x, i) => {
      const each = x.length / count;
      assertEquals(x, whole[i]!.slice(from * each, (from + count) * each));
    });
  }
});

await eachDevice(
  Deno.test,
  "logProb() adds to gradients that are there, and works without rows",
  async (device) => {
    const random = new Random(5);
    const [hidden, weight] = [
      device.tensor(random.normals(6), [2, 3]),
      device.tensor(random.normals(15), [5, 3]),
    ];
    const ids = device.tensor(Int32Array.of(4, 1));
    const loss = (p: { hidden: Tensor; weight: Tensor }) =>
      sum(logProbInChunks(p.hidden, p.weight, ids, 1, { rows: 1, cols: 2 }).logProb);
    const once = valueAndGrad(loss, { hidden, weight }).grads;
    const into = { hidden: device.full([2, 3], 10), weight: device.full([5, 3], 10) };
    valueAndGrad(loss, { hidden, weight }, { into });
    const [a, b, c, d] = await device.read(
      [once.hidden, once.weight, into.hidden, into.weight] as Tensor<"f32">[],
    );
    a!.forEach((x, i) => assertAlmostEquals(c![i]!, x + 10, 1e-5));
    b!.forEach((x, i) => assertAlmostEquals(d![i]!, x + 10, 1e-5));

    const none = valueAndGrad((p) => {
      const y = logProb(p.hidden, p.weight, device.zeros([0], "i32"));
      return [sum(y.logProb), [y.entropy, y.argmax] as Tensor[]];
    }, { hidden: device.zeros([0, 3]), weight });
    assertEquals(await none.grads.weight.data() as Float32Array, new Float32Array(15));
    assertEquals(none.aux.map(({ shape }) => shape), [[0], [0]]);
  },
);

Deno.test("logProb() gives the same bits with 1 and 2 threads, and from run to run", async () => {
  const random = new Random(6);
  const [rows, width, vocabulary] = [67, 40, 1111];
  const [hidden, weight] = [random.normals(rows * width), random.normals(vocabulary * width)];
  const ids = Int32Array.from({ length: rows }, () => random.int(0, vocabulary - 1));
  await assertRepeatable((device) => {
    const params = { hidden: device.tensor(hidden, [rows, width]), weight: device.tensor(weight, [vocabulary, width]) };
    const { value, grads } = valueAndGrad((p) => {
      const y = logProb(p.hidden, p.weight, device.tensor(ids));
      return sum(add(y.logProb, y.entropy));
    }, params);
    return [value, grads.hidden, grads.weight];
  });
});

await eachDevice(
  Deno.test,
  "logProb() has the same bits whether it keeps its logits or computes them again",
  async (device) => {
    const [rows, width, vocabulary] = [13, 5, 40];
    const random = new Random(8);
    const params = {
      hidden: device.tensor(random.normals(rows * width), [rows, width]),
      weight: device.tensor(random.normals(vocabulary * width), [vocabulary, width]),
    };
    const ids = device.tensor(Uint32Array.from({ length: rows }, () => random.int(0, vocabulary - 1)));
    const read = async (kept: number) => {
      const { value, grads } = valueAndGrad((p) => {
        const y = logProbInChunks(p.hidden, p.weight, ids, 0.7, { rows: 8, cols: 16, kept });
        return sum(add(y.logProb, y.entropy));
      }, params);
      return await device.read([value, grads.hidden, grads.weight] as Tensor<"f32">[]);
    };
    assertEquals(await read(rows * vocabulary), await read(rows * vocabulary - 1));
  },
);

Deno.test("logProb() holds 1024 × 1024 logits at a time, forward and backward", async () => {
  using device = await openDevice({ device: "cpu", threads: 1 });
  const [rows, width, vocabulary] = [2000, 8, 9000]; // more than it keeps
  const random = new Random(7);
  const hidden = device.tensor(random.normals(rows * width), [rows, width]);
  const weight = device.tensor(random.normals(vocabulary * width), [vocabulary, width]);
  const targets = device.zeros([rows], "i32");
  const logits = 1024 * 1024 * 4; // all of them would be 17 times that
  const small = 64 * rows;
  const before = device.stats().bytes;
  logProb(hidden, weight, targets);
  const forward = device.stats().peakBytes - before;
  assert(forward >= logits && forward <= logits + small, `${forward} bytes`);
  const start = device.stats().bytes + 4 * (rows + vocabulary) * width; // with the gradients
  valueAndGrad((p) => sum(logProb(p.hidden, p.weight, targets).logProb), { hidden, weight });
  const backward = device.stats().peakBytes - start;
  assert(backward <= 2 * logits + 2 * small, `${backward} bytes`); // matmul packs a copy of its first operand
});

await eachDevice(Deno.test, "logProb() names shapes and the remedy", (device) => {
  const [hidden, weight, ids] = [device.zeros([2, 3]), device.zeros([5, 3]), device.zeros([2], "i32")];
  assertThrows(
    () => logProb(hidden, device.zeros([3, 5]), ids),
    RangeError,
    "Cannot take logProb of hidden states of shape [2,3] with a weight of shape [3,5]: it needs [T, C] and [V, C]",
  );
  assertThrows(() => logProb(hidden, device.zeros([0, 3]), ids), RangeError, "V of 1 or more");
  assertThrows(() => logProb(hidden, [weight, device.zeros([5, 2])], ids), RangeError, "weight of shape [5,3] + [5,2]");
  assertThrows(() => logProb(device.zeros([1, 2, 3]), weight, ids), RangeError, "[1,2,3]");
  assertThrows(() => logProb(hidden, weight, device.zeros([3], "i32")), RangeError, "targets of shape [3]");
  assertThrows(() => logProb(hidden, weight, device.zeros([2])), TypeError, "targets of dtype f32 and shape [2]");
  assertThrows(() => logProb(hidden, weight, ids, { temperature: 0 }), RangeError, "found 0");
  assertThrows(() => logProb(device.zeros([2, 3], "i32"), weight, ids), TypeError, "it needs f32");
  const gone = device.zeros([5, 3]);
  gone.dispose();
  assertThrows(() => logProb(hidden, gone, ids), TypeError, "disposed tensor of shape [5,3]");
});
