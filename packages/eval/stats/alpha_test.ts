import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { krippendorffAlpha, type Scale } from "./alpha.ts";

const scales: readonly Scale[] = ["nominal", "ordinal", "interval"];

/** α of its definition: distances of all pairs, one by one. */
function slow(units: readonly (readonly (number | null)[])[], scale: Scale): number {
  const paired = units.map((unit) => unit.filter((x) => x !== null)).filter(({ length }) => length > 1);
  const all = paired.flat();
  const count = (value: number) => all.filter((x) => x === value).length;
  const distance = (x: number, y: number) => {
    if (scale !== "ordinal") return scale === "nominal" ? Number(x !== y) : (x - y) ** 2;
    const [low, high] = [Math.min(x, y), Math.max(x, y)];
    return x === y ? 0 : (all.filter((z) => z >= low && z <= high).length - (count(x) + count(y)) / 2) ** 2;
  };
  const delta = (list: readonly number[]) => list.reduce((sum, x) => list.reduce((s, y) => s + distance(x, y), sum), 0);
  const observed = paired.reduce((sum, unit) => sum + delta(unit) / (unit.length - 1), 0) / all.length;
  return 1 - observed / (delta(all) / (all.length * (all.length - 1)));
}

Deno.test("krippendorffAlpha() gives the known values", () => {
  const known: readonly (readonly [number[][], Scale, number])[] = [
    [[[1, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 1]], "nominal", 1 - 132 / 420],
    [[[1, 1, 0], [0, 0]], "nominal", 1 / 3],
    [[[0, 1], [0, 1], [1, 0], [1, 0]], "nominal", -0.75],
    [[[1, 2], [3, 4], [1, 1]], "interval", 19 / 24],
    [[[1, 1], [3, 4], [5, 5]], "ordinal", 94 / 99],
  ];
  for (const [units, scale, value] of known) assertAlmostEquals(krippendorffAlpha(units, scale).value!, value, 1e-12);
});

Deno.test("krippendorffAlpha() is what its definition says, with ratings missing, for each scale", () => {
  const rating = fc.option(fc.constantFrom(0, 0.5, 1, 2), { nil: null });
  fc.assert(fc.property(fc.array(fc.array(rating, { maxLength: 5 }), { maxLength: 15 }), (units) => {
    for (const scale of scales) {
      const { value } = krippendorffAlpha(units, scale);
      if (value === null) assert(Number.isNaN(slow(units, scale)));
      else assertAlmostEquals(value, slow(units, scale), 1e-9);
    }
  }));
});

Deno.test("krippendorffAlpha() has the same bits with a and b exchanged, and units and raters in another order", () => {
  const rating = fc.constantFrom(0, 0.5, 1);
  fc.assert(fc.property(fc.array(fc.array(rating, { maxLength: 4 }), { maxLength: 40 }), (units) => {
    for (const scale of scales) {
      const alpha = krippendorffAlpha(units, scale);
      const other = units.map((unit) => unit.map((x) => 1 - x).reverse()).reverse();
      const found = krippendorffAlpha(other, scale);
      assertEquals(found.value, alpha.value);
    }
  }));
});

Deno.test("krippendorffAlpha() is 1 of full agreement; null with a reason of one rating everywhere, or none to compare", () => {
  for (const scale of scales) {
    assertEquals(krippendorffAlpha([[1, 1], [0, 0]], scale).value, 1);
    assertEquals(krippendorffAlpha([[1, 1], [1, 1, 1]], scale), {
      value: null,
      reason: "Expected ratings that differ but found one everywhere",
    });
    assertEquals(krippendorffAlpha([[1], [0, null]], scale).value, null);
  }
  assertThrows(() => krippendorffAlpha([[1, NaN]], "interval"), RangeError, "but found NaN");
});
