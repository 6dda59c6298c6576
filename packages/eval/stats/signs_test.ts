import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { signTest } from "./signs.ts";

Deno.test("signTest() gives the p-values of SciPy's binomtest, up to 100,000 trials", () => {
  const known: readonly (readonly [wins: number, losses: number, p: number])[] = [
    [8, 2, 0.109375],
    [231, 169, 0.0022482081044708107],
    [600, 300, 8.196500619333493e-24],
    [50_500, 49_500, 0.0015823598788515154],
    [49_700, 50_300, 0.058197353110190364],
  ];
  for (const [wins, losses, p] of known) assertAlmostEquals(signTest(wins, losses) / p, 1, 1e-9);
});

Deno.test("signTest() is the sum of binomial chances that are as small or smaller", () => {
  fc.assert(fc.property(fc.nat(30), fc.nat(30), (wins, losses) => {
    const n = wins + losses;
    let [chance, sum] = [2 ** -n, 0];
    for (let k = 0; k <= n; k++) {
      if (Math.abs(2 * k - n) >= Math.abs(wins - losses)) sum += chance;
      chance *= (n - k) / (k + 1);
    }
    assertAlmostEquals(signTest(wins, losses), sum, 1e-12);
    assertEquals(signTest(wins, losses), signTest(losses, wins));
  }));
});

Deno.test("signTest() of none, and of a draw, is 1; of what is impossible for a coin it is 0", () => {
  assertEquals([signTest(0, 0), signTest(50_000, 50_000), signTest(1, 0)], [1, 1, 1]);
  assertEquals(signTest(100_000, 0), 0);
  assert(signTest(1000, 0) > 0);
});

Deno.test("signTest() refuses halves and less than nothing", () => {
  assertThrows(() => signTest(1.5, 2), RangeError, "but found 1.5 and 2: leave ties out");
  assertThrows(() => signTest(1, -2), RangeError, "but found 1 and -2");
});
