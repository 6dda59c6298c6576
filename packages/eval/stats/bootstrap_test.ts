import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { bootstrap } from "./bootstrap.ts";
import { normals } from "./fakes.ts";

const median = (values: readonly number[]) => (chosen: Uint32Array) => {
  const drawn = Array.from(chosen, (i) => values[i]!).sort((a, b) => a - b);
  return drawn[drawn.length >> 1]!;
};

Deno.test("bootstrap() gives the same bits for one seed, others for another", () => {
  const draw = normals(1);
  const values = Array.from({ length: 40 }, draw);
  const mean = (chosen: Uint32Array) => chosen.reduce((sum, i) => sum + values[i]!, 0) / chosen.length;
  assertEquals(bootstrap(40, mean, { seed: 5 }), bootstrap(40, mean, { seed: 5 }));
  assertNotEquals(bootstrap(40, mean, { seed: 5 }), bootstrap(40, mean, { seed: 6 }));
});

Deno.test("bootstrap() of all resamples that there are has their exact percentiles", () => {
  // Two clusters, 0 and 1: means 0, ½, ½, 1 with equal chances.
  const mean = (chosen: Uint32Array) => (chosen[0]! + chosen[1]!) / 2;
  const wide = bootstrap(2, mean, { rounds: 4000 });
  assertEquals(wide, { mean: 0.5, low: 0, high: 1 });
  const narrow = bootstrap(2, mean, { rounds: 4000, level: 0.4 }); // within the middle half
  assertEquals(narrow, { mean: 0.5, low: 0.5, high: 0.5 });
});

Deno.test("bootstrap() takes any statistic: the median's interval is as wide as theory says", () => {
  const draw = normals(2);
  const values = Array.from({ length: 1001 }, draw);
  const { low, high } = bootstrap(1001, median(values), { rounds: 1000 });
  const deviation = Math.sqrt(Math.PI / 2 / 1001); // of a normal sample's median
  assertAlmostEquals((high - low) / (2 * 1.96 * deviation), 1, 0.25);
});

Deno.test("bootstrap() keeps its interval within a wider one of a higher level", () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6];
  const at = (level: number) => bootstrap(8, median(values), { level });
  assert(at(0.99).low <= at(0.8).low && at(0.99).high >= at(0.8).high);
});

Deno.test("bootstrap() refuses no clusters, no rounds and a level that is none", () => {
  assertThrows(() => bootstrap(0, () => 1), RangeError, "but found 0");
  assertThrows(() => bootstrap(3, () => 1, { rounds: 0 }), RangeError, "rounds");
  assertThrows(() => bootstrap(3, () => 1, { level: 1 }), RangeError, "level");
});
