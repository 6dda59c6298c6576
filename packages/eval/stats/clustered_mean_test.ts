import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { clusteredMean } from "./clustered_mean.ts";
import { normals } from "./fakes.ts";
import { tQuantile } from "./t.ts";

/** Numbers of prompts: two each, which share most of what they are. */
function sample(draw: () => number, prompts: number): { values: number[]; clusters: number[] } {
  const values: number[] = [];
  const clusters: number[] = [];
  for (let prompt = 0; prompt < prompts; prompt++) {
    const level = 1 + draw();
    for (let i = 0; i < 2; i++) values.push(level + 0.3 * draw());
    clusters.push(prompt, prompt);
  }
  return { values, clusters };
}

Deno.test("clusteredMean() holds the truth in 93 to 97 % of 1,000 experiments; without clusters it does not", () => {
  const draw = normals(11);
  const runs = 1000;
  let [held, naive] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const { values, clusters } = sample(draw, 100);
    const { low, high } = clusteredMean(values, clusters, { rounds: 400, seed: run });
    if (low <= 1 && 1 <= high) held++;
    const apart = clusteredMean(values, values.map((_, i) => i), { rounds: 200, seed: run });
    if (apart.low <= 1 && 1 <= apart.high) naive++;
  }
  assert(held / runs >= 0.93 && held / runs <= 0.97, `${held / runs}`);
  assert(naive / runs < 0.9, `${naive / runs}`);
});

Deno.test("clusteredMean() is as wide as the t interval of the clusters' means", () => {
  const { values, clusters } = sample(normals(4), 200);
  const { mean, low, high } = clusteredMean(values, clusters, { rounds: 4000 });
  const means = Array.from({ length: 200 }, (_, i) => (values[2 * i]! + values[2 * i + 1]!) / 2);
  const deviation = Math.sqrt(means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 199);
  assertAlmostEquals((high - low) / (2 * tQuantile(0.975, 199) * deviation / Math.sqrt(200)), 1, 0.05);
});

Deno.test("clusteredMean() lies within the numbers, and its mean is theirs in any order of clusters", () => {
  const number = fc.double({ min: -100, max: 100, noNaN: true });
  const rows = fc.array(fc.tuple(number, fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(rows, (rows) => {
      const values = rows.map(([value]) => value);
      const { mean, low, high } = clusteredMean(values, rows.map(([, cluster]) => cluster), { rounds: 50 });
      const slack = 1e-9;
      assert(low >= Math.min(...values) - slack && high <= Math.max(...values) + slack && low <= high);
      assertAlmostEquals(mean, values.reduce((a, b) => a + b, 0) / values.length, 1e-9);
    }),
    { numRuns: 50 },
  );
});

Deno.test("clusteredMean() has no width where clusters are alike, however their members differ", () => {
  const { mean, low, high } = clusteredMean([0, 1, 0, 1, 0, 1], ["a", "a", "b", "b", "c", "c"]);
  assertEquals([mean, low, high], [0.5, 0.5, 0.5]);
});

Deno.test("clusteredMean() refuses nothing, numbers that are none, and lists of two lengths", () => {
  assertThrows(() => clusteredMean([], []), RangeError, "found none");
  assertThrows(() => clusteredMean([1, NaN], [1, 2]), RangeError, "but found NaN at 1");
  assertThrows(() => clusteredMean([1, 2], [1]), RangeError, "but found 1");
});
