import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { normals } from "./fakes.ts";
import { permutationTest } from "./permutation.ts";
import { signTest } from "./signs.ts";

const each = (list: readonly unknown[]) => list.map((_, i) => `prompt ${i}`);

Deno.test("permutationTest() of wins, losses and ties alone is the sign test, exact for few prompts and near it for many", () => {
  for (const [wins, losses, ties] of [[9, 2, 4], [5, 5, 0], [16, 0, 3]] as const) {
    const scores = [...Array(wins).fill(1), ...Array(losses).fill(-1), ...Array(ties).fill(0)];
    const { p, exact, prompts } = permutationTest(scores, each(scores));
    assertAlmostEquals(p, signTest(wins, losses), 1e-12);
    assert(exact && prompts === wins + losses + ties);
  }
  const scores = [...Array(115).fill(1), ...Array(85).fill(-1)];
  const { p, exact } = permutationTest(scores, each(scores), { rounds: 20_000 });
  assertAlmostEquals(p, signTest(115, 85), 0.005); // three standard errors
  assert(!exact);
});

Deno.test("permutationTest() gives SciPy's p-value of all flips", () => {
  // scipy.stats.permutation_test((x,), mean, permutation_type="samples", n_resamples=inf)
  const { mean, p } = permutationTest([0.3, -0.1, 0.8, 0.25, 0.4, -0.35, 0.6, 0.05], [1, 2, 3, 4, 5, 6, 7, 8]);
  assertAlmostEquals(mean, 0.24375, 1e-12);
  assertAlmostEquals(p, 0.1328125, 1e-12);
});

Deno.test("permutationTest() flips prompts, not responses: four alike are one", () => {
  const scores = Array.from({ length: 40 }, () => 1);
  assertEquals(permutationTest(scores, scores.map((_, i) => i % 10)).p, 2 / 1024);
});

Deno.test("permutationTest() finds p below 0.05 in about 5 % of 1,000 experiments without a difference", () => {
  const draw = normals(6);
  let found = 0;
  for (let run = 0; run < 1000; run++) {
    const scores = Array.from({ length: 40 }, draw);
    if (permutationTest(scores, each(scores), { rounds: 199, seed: run }).p <= 0.05) found++;
  }
  assert(found >= 35 && found <= 65, `${found}`);
});

Deno.test("permutationTest() has the same bits in any order of rows, and the same p from the other side", () => {
  const row = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: 0, max: 25 }));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
      const test = (rows: readonly (readonly [number, number])[], sign = 1) =>
        permutationTest(rows.map(([value]) => sign * value), rows.map(([, prompt]) => prompt), { rounds: 50 });
      const ours = test(rows);
      assertEquals(test(rows.toReversed()), ours);
      const theirs = test(rows, -1);
      assertEquals([theirs.p, theirs.mean + ours.mean], [ours.p, 0]);
      assert(ours.p > 0 && ours.p <= 1);
    }),
    { numRuns: 50 },
  );
});

Deno.test("permutationTest() of zeros is 1, of random flips never 0, and it refuses what makes no sense", () => {
  const wins = Array.from({ length: 60 }, () => 1);
  assertEquals(permutationTest(wins, each(wins), { rounds: 100 }).p, 1 / 101); // never 0 of random flips
  assertEquals(permutationTest([0, 0], ["a", "b"]), { mean: 0, p: 1, prompts: 2, exact: true });
  assertThrows(() => permutationTest([], []), RangeError, "found none");
  assertThrows(() => permutationTest([NaN], [1]), RangeError, "but found NaN at 0");
  assertThrows(() => permutationTest([1, 2], [1]), RangeError, "but found 1");
  assertThrows(() => permutationTest([1], [1], { rounds: 0 }), RangeError, "rounds");
});
