import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { holm } from "./holm.ts";

Deno.test("holm() gives R's p.adjust, in the given order, ties and all", () => {
  // p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm"): 0.03 0.06 0.06 0.02
  holm([0.01, 0.04, 0.03, 0.005]).forEach((p, i) => assertAlmostEquals(p, [0.03, 0.06, 0.06, 0.02][i]!, 1e-12));
  assertEquals(holm([0.9, 0.9]), [1, 1]);
  assertEquals(holm([]), []);
});

Deno.test("holm() goes with its p-values wherever they stand, lowers none, and keeps their order", () => {
  const p = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(fc.array(p, { minLength: 1, maxLength: 12 }), (pValues) => {
    const adjusted = holm(pValues);
    assertEquals(holm(pValues.toReversed()), adjusted.toReversed());
    const smallest = pValues.indexOf(Math.min(...pValues));
    assertAlmostEquals(adjusted[smallest]!, Math.min(1, pValues.length * pValues[smallest]!), 1e-12);
    pValues.forEach((p, i) => {
      assert(adjusted[i]! >= p && adjusted[i]! <= 1);
      pValues.forEach((q, j) => assert(p > q || adjusted[i]! <= adjusted[j]!));
    });
  }));
});

Deno.test("holm() refuses what is no p-value", () => {
  for (const odd of [-0.1, 1.1, NaN]) assertThrows(() => holm([0.5, odd]), RangeError, `but found ${odd} at 1`);
});
