import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import { pairedInterval } from "./paired.ts";
import { normals } from "./fakes.ts";

Deno.test("pairedInterval() gives the textbook's interval: Student's sleep data, drug 1 against 2", () => {
  // R: t.test(extra ~ group, data = sleep, paired = TRUE): −1.58, interval −2.4598858 to −0.7001142
  const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
  const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  const { mean, low, high, pairs } = pairedInterval(first, second);
  assertAlmostEquals(mean, -1.58, 1e-12);
  assertAlmostEquals(low, -2.4598858, 1e-7);
  assertAlmostEquals(high, -0.7001142, 1e-7);
  assert(pairs === 10);
});

Deno.test("pairedInterval() of five seeds holds the truth in 95 % of 2,000 experiments", () => {
  const draw = normals(3);
  const runs = 2000;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const shared = Array.from({ length: 5 }, () => 10 * draw()); // what a seed does to both
    const { low, high } = pairedInterval(shared.map((x) => x + 1 + draw()), shared.map((x) => x + 0.5 * draw()));
    if (low <= 1 && 1 <= high) held++;
  }
  assertAlmostEquals(held / runs, 0.95, 0.02);
});

Deno.test("pairedInterval() refuses one pair, lists of two lengths and numbers that are none", () => {
  assertThrows(() => pairedInterval([1], [2]), RangeError, "run more seeds");
  assertThrows(() => pairedInterval([1, 2], [2]), RangeError, "but found 1");
  assertThrows(() => pairedInterval([1, 2], [2, NaN]), RangeError, "but found 2 and NaN as pair 1");
  assertThrows(() => pairedInterval([1, 2], [2, 3], 95), RangeError, "but found 95");
});
