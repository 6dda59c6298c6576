import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { Device } from "../../device/device.ts";
import type { Tensor } from "../../device/tensor.ts";
import type { PhiloxKey } from "../../random/philox.ts";
import { assertRepeatable, chiSquareP, eachDevice, Random } from "../../testing/mod.ts";
import { type ReferenceOptions, sampleReference } from "./reference.ts";
import { type SampledTokens, sampleTokens } from "./sample.ts";
import { tokenBits } from "./token_bits.ts";

const key: PhiloxKey = [11, 0x80000003];
const position = 5;

function countersOf(device: Device, rows: number, from = 0): Tensor<"u32"> {
  const words = Uint32Array.from({ length: rows * 4 }, (_, i) => [1, 0xfffffff1, from + (i >> 2), position][i % 4]!);
  return device.tensor(words, [rows, 4]);
}

/** `rows` rows of the same logits, with the reference's options. */
function draw(device: Device, row: Float32Array, rows: number, options: ReferenceOptions, from = 0): SampledTokens {
  const { seen, banned, ...rest } = options;
  const [cols, words] = [row.length, Math.ceil(row.length / 32)];
  const logits = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) logits.set(row, i * cols);
  const bits = seen && device.tensor(tokenBits(new Array(rows).fill(seen), cols), [rows, words]);
  const until = device.tensor(new Uint32Array(rows).fill(position + 1));
  return sampleTokens(device.tensor(logits, [rows, cols]), {
    key,
    counters: countersOf(device, rows, from),
    ...rest,
    ...(bits && { seen: bits }),
    ...(banned && { banned: { bits: device.tensor(tokenBits([banned], cols)), until } }),
  });
}

const [seen, banned] = [[0, 9, 13, 22, 31, 32, 49], [30, 1, 33, 48]]; // 13, 30, 9 and 22 are the most likely
/** Each filter with another one that the frequencies must not fit. */
const filters: readonly (readonly [ReferenceOptions, ReferenceOptions])[] = [
  [{ topK: 7 }, { topK: 8 }],
  [{ topP: 0.8 }, { topP: 0.85 }],
  [{ minP: 0.1, temperature: 1.5 }, { minP: 0.15, temperature: 1.5 }],
  [{ repetitionPenalty: 1.5, seen }, { repetitionPenalty: 1, seen }],
  [{ repetitionPenalty: 0.7, seen }, { repetitionPenalty: 1, seen }],
  [{ banned }, { banned: banned.slice(1) }],
  [{ topK: 12, topP: 0.8, temperature: 0.7 }, { topP: 0.8, temperature: 0.7 }],
  [
    { temperature: 1.2, topK: 20, topP: 0.9, minP: 0.2, repetitionPenalty: 1.2, seen, banned },
    { temperature: 1.2, topK: 20, topP: 0.9, minP: 0.2, seen, banned },
  ],
];

await eachDevice(Deno.test, "sampleTokens() draws with the exact frequencies under each filter", async (device) => {
  const [rows, cols] = [2048, 50];
  const row = new Random(1).normals(cols).map((x) => 1.5 * x);
  const all = filters.map(([options]) => draw(device, row, rows, options));
  const drawn = await device.read(all.flatMap(({ tokens, samplingLogProb }) => [tokens, samplingLogProb] as Tensor[]));
  filters.forEach(([options, other], i) => {
    const [tokens, l] = [drawn[2 * i]!, drawn[2 * i + 1]!];
    const label = JSON.stringify(options);
    const counts = new Array(cols).fill(0);
    for (const token of tokens) counts[token]++;
    const expected = sampleReference([...row], options).samplingLogProb;
    tokens.forEach((token, at) => assertAlmostEquals(l[at]!, expected[token]!, 1e-5, label));
    const p = chiSquareP(counts, expected.map((x) => rows * Math.exp(x)));
    assert(p > 0.001, `${label}: p ${p}`);
    const wrong = sampleReference([...row], other).samplingLogProb;
    assert(chiSquareP(counts, wrong.map((x) => rows * Math.exp(x))) < 1e-3, `${label}: the test could not tell`);
  });
});

await eachDevice(Deno.test, "sampleTokens() keeps the reference's tokens at any vocabulary", async (device) => {
  const random = new Random(2);
  const cases = [1, 2, 31, 32, 33, 1000, 1025, 4096, 20_001, 151_936].map((cols) => {
    const ids = (count: number) => Array.from({ length: count }, () => random.int(0, cols - 1));
    const options = {
      temperature: random.pick([0.6, 1, 1.4]),
      topK: random.pick([0, 3, 50, 3 * cols]),
      topP: random.pick([1, 0.5, 0.95]),
      minP: random.pick([0, 0.02]),
      repetitionPenalty: random.pick([1, 1.2]),
      seen: ids(20),
      ...(cols > 20 && { banned: ids(5) }),
    };
    const row = random.normals(cols).map((x) => 2 * x);
    return { options, row, y: draw(device, row, 5, options, cols) };
  });
  const results = await device.read(cases.flatMap(({ y }) => [y.tokens, y.logProb, y.samplingLogProb] as Tensor[]));
  cases.forEach(({ options, row }, i) => {
    const expected = sampleReference([...row], options);
    results[3 * i]!.forEach((token, at) => {
      assertAlmostEquals(results[3 * i + 1]![at]!, expected.logProb[token]!, 1e-4);
      assertAlmostEquals(results[3 * i + 2]![at]!, expected.samplingLogProb[token]!, 1e-4);
    });
  });
});

await eachDevice(Deno.test, "sampleTokens() keeps every token as likely as the last one kept", async (device) => {
  const row = Float32Array.of(-1, 3, 2, 3, 2, 2, 0, -0, -5, 3); // three of 3, three of 2, two of 0
  const top = [1, 3, 9];
  const cases: [ReferenceOptions, number[]][] = [
    [{ topK: 1 }, top],
    [{ topK: 3 }, top],
    [{ topK: 4 }, [...top, 2, 4, 5]],
    [{ topK: 7 }, [...top, 2, 4, 5, 6, 7]],
    [{ topP: 1e-7 }, top],
    [{ topP: 0.6 }, top],
    [{ topP: 0.75 }, [...top, 2, 4, 5]],
    [{ minP: 1 }, top],
    [{ topK: 1, temperature: 1e5 }, top],
    [{ repetitionPenalty: 1.5, seen: [1, 3, 9], topK: 1 }, [...top, 2, 4, 5]], // 3 / 1.5 = 2
  ];
  const drawn = await device.read(cases.map(([options]) => draw(device, row, 400, options).tokens));
  cases.forEach(([options, support], i) =>
    assertEquals(
      [...new Set(drawn[i])].sort((a, b) => a - b),
      support.toSorted((a, b) => a - b),
      JSON.stringify(options),
    )
  );
});

await eachDevice(
  Deno.test,
  "sampleTokens() adds what it draws to `seen`, and the next step sees it",
  async (device) => {
    const [rows, cols] = [5, 40];
    const bits = device.zeros([rows, 2], "u32");
    const logits = device.full([rows, cols], 1);
    const drawn: Tensor<"u32">[] = [];
    for (let step = 0; step < cols; step++) {
      const counters = countersOf(device, rows, step * rows);
      // A penalty so strong that no token comes twice.
      drawn.push(sampleTokens(logits, { key, counters, seen: bits, repetitionPenalty: 1e6, temperature: 0.01 }).tokens);
    }
    const [words, ...tokens] = await device.read([bits, ...drawn]);
    assertEquals(words, new Uint32Array(rows * 2).map((_, i) => i % 2 ? 0xff : 0xffffffff));
    for (let row = 0; row < rows; row++) assertEquals(new Set(tokens.map((t) => t[row])).size, cols);
  },
);

await eachDevice(
  Deno.test,
  "sampleTokens() bans tokens of a row until its position, at any temperature",
  async (device) => {
    const row = Float32Array.of(9, 1, 1, 0);
    const until = Uint32Array.of(0, position, position + 1, 1000, 0xffffffff);
    const steps = [0, 1].map((temperature) => {
      const logits = device.tensor(Float32Array.from({ length: 20 }, (_, i) => row[i % 4]!), [5, 4]);
      const bits = device.tensor(tokenBits([[0, 3]], 4));
      return sampleTokens(logits, {
        key,
        counters: countersOf(device, 5),
        temperature,
        banned: { bits, until: device.tensor(until) },
      });
    });
    const [greedy, l, warm] = await device.read([steps[0]!.tokens, steps[0]!.samplingLogProb, steps[1]!.tokens]);
    assertEquals([...greedy], [0, 0, 1, 1, 1]);
    assertEquals([...l], [0, 0, 0, 0, 0]);
    assertEquals([...warm].map((token) => token === 0), [true, true, false, false, false]);
  },
);

await eachDevice(Deno.test, "sampleTokens() gives a filtered row the same bits in any batch", async (device) => {
  const random = new Random(5);
  const options = { temperature: 0.9, topK: 400, topP: 0.9, minP: 1e-3 };
  for (const cols of [50, 1025, 20_000]) {
    const rows = 21;
    const [logits, words] = [random.normals(rows * cols), await countersOf(device, rows).data()];
    const parts = [[0, rows], [0, 1], [3, 5], [rows - 1, 1]] as const;
    const results = await device.read(parts.flatMap(([from, count]) => {
      const counters = device.tensor(words.slice(4 * from, 4 * (from + count)), [count, 4]);
      const z = device.tensor(logits.slice(from * cols, (from + count) * cols), [count, cols]);
      const y = sampleTokens(z, { key, counters, ...options });
      return [y.tokens, y.logProb, y.samplingLogProb] as Tensor[];
    }));
    parts.forEach(([from, count], i) => {
      for (const j of [0, 1, 2]) assertEquals(results[3 * i + j], results[j]!.slice(from, from + count));
    });
  }
});

Deno.test("sampleTokens() gives the same bits with 1 and 2 threads under filters", async () => {
  const logits = new Random(6).normals(40 * 20_000);
  await assertRepeatable((device) => {
    const counters = countersOf(device, 40);
    const y = sampleTokens(device.tensor(logits, [40, 20_000]), { key, counters, topK: 300, topP: 0.8 });
    return [y.tokens, y.logProb, y.samplingLogProb];
  });
});

await eachDevice(
  Deno.test,
  "sampleTokens() of NaN, or of nothing but bans, gives NaN under filters too",
  async (device) => {
    const rows = [[1, NaN, 2], [-Infinity, -Infinity, -Infinity], [NaN, NaN, NaN]];
    const all = rows.map((row) => draw(device, Float32Array.from(row), 1, { topK: 2, topP: 0.9, minP: 0.1 }));
    all.push(draw(device, Float32Array.of(1, 2, 3), 1, { banned: [0, 1, 2] }));
    const results = await device.read(all.flatMap((y) => [y.tokens, y.samplingLogProb] as Tensor[]));
    all.forEach((_, i) => {
      assert(results[2 * i]![0]! < 3);
      assert(Number.isNaN(results[2 * i + 1]![0]), `${results[2 * i + 1]}`);
    });
  },
);

await eachDevice(Deno.test, "sampleTokens() names the filter that is wrong", (device) => {
  const [logits, counters] = [device.zeros([2, 33]), device.zeros([2, 4], "u32")];
  const seen = device.zeros([2, 2], "u32");
  const bans = { bits: device.zeros([2], "u32"), until: device.zeros([2], "u32") };
  const refuses = (kind: ErrorConstructor, text: string, options: object) =>
    assertThrows(() => sampleTokens(logits, { key, counters, ...options }), kind, text);
  for (const topK of [-1, 1.5, NaN]) refuses(RangeError, `topK to be an integer of 0 or more`, { topK });
  for (const topP of [0, 1.1, NaN]) refuses(RangeError, `topP above 0 and up to 1`, { topP });
  for (const minP of [-0.1, 1.1, NaN]) refuses(RangeError, `minP from 0 to 1`, { minP });
  for (const repetitionPenalty of [0, -1, Infinity]) refuses(RangeError, "a repetitionPenalty", { repetitionPenalty });
  refuses(TypeError, "needs `seen`", { repetitionPenalty: 2 });
  refuses(RangeError, "seen of shape [2,1]", { seen: device.zeros([2, 1], "u32") });
  refuses(TypeError, "seen of dtype f32", { seen: device.zeros([2, 2]) });
  refuses(RangeError, "banned.bits of shape [1]", { banned: { ...bans, bits: device.zeros([1], "u32") } });
  refuses(RangeError, "banned.until of shape [3]", { banned: { ...bans, until: device.zeros([3], "u32") } });
  assertEquals(sampleTokens(logits, { key, counters, seen, banned: bans }).tokens.shape, [2]);
  assertThrows(() => tokenBits([[1], [40]], 40), RangeError, "from 0 to 39 in tokenBits but found 40 in set 1");
});
