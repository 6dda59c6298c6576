import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../device/device.ts";
import type { Tensor } from "../../device/tensor.ts";
import { philox, type PhiloxKey, toUniform } from "../../random/philox.ts";
import { assertRepeatable, chiSquareP, eachDevice, Random } from "../../testing/mod.ts";
import { logProb } from "../log_prob/log_prob.ts";
import { sampleReference } from "./reference.ts";
import { sampleTokens } from "./sample.ts";

/** Counters of `rows` draws of one prompt. */
function countersOf(device: Device, rows: number, from = 0): Tensor<"u32"> {
  const words = Uint32Array.from({ length: rows * 4 }, (_, i) => [0xdeadbeef, 0x80000001, from + (i >> 2), 3][i % 4]!);
  return device.tensor(words, [rows, 4]);
}

/** As many rows of the same logits. */
function repeat(row: Float32Array, rows: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(rows * row.length);
  for (let i = 0; i < rows; i++) all.set(row, i * row.length);
  return all;
}

const key: PhiloxKey = [7, 0xfffffffe];
const sizes = [1, 2, 15, 16, 17, 31, 33, 255, 257, 1000, 1025, 4096, 151_936];

await eachDevice(Deno.test, "sampleTokens() draws with the exact frequencies", async (device) => {
  const [rows, cols] = [4096, 50];
  const row = new Random(1).normals(cols).map((x) => 1.5 * x);
  const counters = countersOf(device, rows);
  const temperatures = [1, 0.7, 2.5];
  const drawn = await device.read(
    temperatures.map((temperature) =>
      sampleTokens(device.tensor(repeat(row, rows), [rows, cols]), { key, counters, temperature }).tokens
    ),
  );
  temperatures.forEach((temperature, i) => {
    const counts = new Array(cols).fill(0);
    for (const token of drawn[i]!) counts[token]++;
    const expected = sampleReference([...row], { temperature }).samplingLogProb.map((l) => rows * Math.exp(l));
    const p = chiSquareP(counts, expected);
    assert(p > 0.001, `temperature ${temperature}: p ${p}`);
    const other = sampleReference([...row], { temperature: 0.7 * temperature }).samplingLogProb;
    assert(chiSquareP(counts, other.map((l) => rows * Math.exp(l))) < 1e-6, "the test could not tell");
  });
});

await eachDevice(
  Deno.test,
  "sampleTokens() inverts the cumulative probability at the host's uniform",
  async (device) => {
    const random = new Random(2);
    const cases = sizes.map((cols) => {
      const logits = random.normals(3 * cols);
      const [counters, temperature] = [countersOf(device, 3, cols), random.pick([1, 0.6])];
      const y = sampleTokens(device.tensor(logits, [3, cols]), { key, counters, temperature });
      return { cols, logits, temperature, y };
    });
    const results = await device.read(cases.flatMap(({ y }) => [y.tokens, y.logProb, y.samplingLogProb] as Tensor[]));
    cases.forEach(({ cols, logits, temperature }, i) => {
      for (let row = 0; row < 3; row++) {
        const expected = sampleReference([...logits.subarray(row * cols, (row + 1) * cols)], { temperature });
        const [token, l, sampling] = [0, 1, 2].map((j) => results[3 * i + j]![row]!) as [number, number, number];
        const u = toUniform(philox(key, [0xdeadbeef, 0x80000001, cols + row, 3])[0]);
        let before = 0;
        for (let j = 0; j < token; j++) before += Math.exp(expected.logProb[j]!);
        const after = before + Math.exp(expected.logProb[token]!);
        assert(u > before - 1e-5 && u < after + 1e-5, `${cols}: ${u} is not in ${before} … ${after}`);
        assertAlmostEquals(l, expected.logProb[token]!, 1e-4);
        assertEquals(sampling, l);
      }
    });
  },
);

await eachDevice(Deno.test, "sampleTokens() takes the first of the most likely at temperature 0", async (device) => {
  const random = new Random(3);
  const cases = sizes.map((cols) => {
    const logits = Float32Array.from({ length: 2 * cols }, () => random.int(-3, 3)); // whole numbers: many are equal
    const y = sampleTokens(device.tensor(logits, [2, cols]), { key, counters: countersOf(device, 2), temperature: 0 });
    return { cols, logits, y };
  });
  const results = await device.read(cases.flatMap(({ y }) => [y.tokens, y.logProb, y.samplingLogProb] as Tensor[]));
  cases.forEach(({ cols, logits }, i) => {
    for (const row of [0, 1]) {
      const each = logits.subarray(row * cols, (row + 1) * cols);
      const best = each.indexOf(each.reduce((a, b) => Math.max(a, b)));
      assertEquals(results[3 * i]![row], best);
      assertAlmostEquals(results[3 * i + 1]![row]!, sampleReference([...each], {}).logProb[best]!, 1e-4);
      assertEquals(results[3 * i + 2]![row], 0);
    }
  });
});

await eachDevice(Deno.test, "sampleTokens() gives the log-probability that logProb() computes", async (device) => {
  const random = new Random(4);
  const [rows, width, cols] = [9, 8, 1500];
  const [hidden, weight] = [random.normals(rows * width), random.normals(cols * width)];
  const logits = new Float32Array(rows * cols);
  for (let i = 0; i < logits.length; i++) {
    const [row, col] = [Math.floor(i / cols), i % cols];
    for (let k = 0; k < width; k++) logits[i]! += hidden[row * width + k]! * weight[col * width + k]!;
  }
  const temperatures = [1, 0.7, 0];
  const ours = temperatures.flatMap((temperature) => {
    const y = sampleTokens(device.tensor(logits, [rows, cols]), {
      key,
      counters: countersOf(device, rows),
      temperature,
    });
    const [h, w] = [device.tensor(hidden, [rows, width]), device.tensor(weight, [cols, width])];
    return [y.logProb, logProb(h, w, y.tokens, { temperature: temperature || 1 }).logProb];
  });
  const results = await device.read(ours);
  temperatures.forEach((_, i) =>
    results[2 * i]!.forEach((l, row) => assertAlmostEquals(l, results[2 * i + 1]![row]!, 1e-4))
  );
});

await eachDevice(
  Deno.test,
  "sampleTokens() never draws what has probability 0, not even at the ends",
  async (device) => {
    const [rows, cols] = [1024, 70];
    const logits = new Float32Array(rows * cols).fill(-Infinity);
    for (let row = 0; row < rows; row++) {
      logits[row * cols + 7] = -50;
      logits[row * cols + 8] = -200; // e^-150 of the other one: below the smallest float32
      logits[row * cols + 9 + row % 50] = -50;
    }
    const { tokens } = sampleTokens(device.tensor(logits, [rows, cols]), { key, counters: countersOf(device, rows) });
    const drawn = await tokens.data();
    drawn.forEach((token, row) => assert(token === 7 || token === 9 + row % 50, `${token} in row ${row}`));
    const first = drawn.filter((token) => token === 7).length;
    assert(first > 420 && first < 604, `${first} of ${rows}`);
  },
);

await eachDevice(Deno.test, "sampleTokens() gives a row the same bits in any batch", async (device) => {
  const random = new Random(5);
  for (const cols of [50, 1025, 20_000]) {
    const rows = 21;
    const [logits, words] = [random.normals(rows * cols), await countersOf(device, rows).data()];
    const parts = [[0, rows], [0, 1], [3, 5], [rows - 1, 1]] as const;
    const results = await device.read(parts.flatMap(([from, count]) => {
      const y = sampleTokens(device.tensor(logits.slice(from * cols, (from + count) * cols), [count, cols]), {
        key,
        counters: device.tensor(words.slice(4 * from, 4 * (from + count)), [count, 4]),
        temperature: 0.9,
      });
      return [y.tokens, y.logProb, y.samplingLogProb] as Tensor[];
    }));
    parts.forEach(([from, count], i) => {
      for (const j of [0, 1, 2]) assertEquals(results[3 * i + j], results[j]!.slice(from, from + count));
    });
  }
});

Deno.test("sampleTokens() gives the same bits with 1 and 2 threads", async () => {
  const logits = new Random(6).normals(9 * 40_000);
  await assertRepeatable((device) => {
    const y = sampleTokens(device.tensor(logits, [9, 40_000]), { key, counters: countersOf(device, 9) });
    return [y.tokens, y.logProb, y.samplingLogProb];
  });
});

await eachDevice(Deno.test, "sampleTokens() of NaN gives NaN and a token of the vocabulary", async (device) => {
  const logits = device.tensor([1, NaN, 2, -Infinity, -Infinity, -Infinity, NaN, NaN, NaN], [3, 3]);
  const y = sampleTokens(logits, { key, counters: countersOf(device, 3) });
  const [tokens, l, sampling] = await device.read([y.tokens, y.logProb, y.samplingLogProb]);
  for (const token of tokens) assert(token < 3);
  for (const x of [...l, ...sampling]) assert(Number.isNaN(x), `${x}`);
  const none = sampleTokens(device.zeros([0, 3]), { key, counters: device.zeros([0, 4], "u32") });
  assertEquals([none.tokens.shape, none.logProb.shape], [[0], [0]]);
});

await eachDevice(Deno.test, "sampleTokens() names what is wrong", (device) => {
  const [logits, counters] = [device.zeros([2, 3]), device.zeros([2, 4], "u32")];
  const refuses = (kind: ErrorConstructor, text: string, options: object, z: Tensor = logits) =>
    assertThrows(() => sampleTokens(z, { key, counters, ...options }), kind, text);
  refuses(RangeError, "logits of shape [6]", {}, device.zeros([6]));
  refuses(RangeError, "V of 1 or more", {}, device.zeros([2, 0]));
  refuses(TypeError, "f32", {}, device.zeros([2, 3], "u32"));
  refuses(RangeError, "counters of shape [2]: logits of shape [2,3] need [2,4]", {
    counters: device.zeros([2], "u32"),
  });
  refuses(TypeError, "counters of dtype f32", { counters: device.zeros([2, 4]) });
  refuses(RangeError, "32-bit integers", { key: [0.5, 1] });
  for (const temperature of [-1, 1e-9, Infinity, NaN]) refuses(RangeError, `found ${temperature}`, { temperature });
});
