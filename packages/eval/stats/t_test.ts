import { assert, assertAlmostEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { tQuantile } from "./t.ts";

Deno.test("tQuantile() agrees with the incomplete beta function, computed with 30 digits by mpmath", () => {
  const known: readonly (readonly [degrees: number, p: number, t: number])[] = [
    [1, 0.975, 12.7062047361747],
    [1, 0.9995, 636.6192487687196],
    [2, 0.975, 4.302652729749464],
    [3, 0.975, 3.18244630528371],
    [4, 0.9995, 8.610301581379275],
    [9, 0.975, 2.262157162798206],
    [10, 0.9995, 4.586893858702636],
    [29, 0.975, 2.045229642132704],
    [100, 0.975, 1.983971518523552],
    [1001, 0.9995, 3.300272876066009],
  ];
  for (const [degrees, p, t] of known) assertAlmostEquals(tQuantile(p, degrees) / t, 1, 1e-9, `${degrees} ${p}`);
});

Deno.test("tQuantile() is the tangent for one degree of freedom and has a closed form for two", () => {
  fc.assert(fc.property(fc.double({ min: 0.01, max: 0.99, noNaN: true }), (p) => {
    assertAlmostEquals(tQuantile(p, 1), Math.tan(Math.PI * (p - 0.5)), 1e-9);
    const x = 2 * p - 1;
    assertAlmostEquals(tQuantile(p, 2), x * Math.sqrt(2 / (1 - x * x)), 1e-9);
  }));
});

Deno.test("tQuantile() is odd around a half, grows with p, and falls with the degrees of freedom above it", () => {
  const p = fc.double({ min: 0.51, max: 0.99, noNaN: true });
  fc.assert(fc.property(p, fc.integer({ min: 1, max: 200 }), (p, degrees) => {
    assertAlmostEquals(tQuantile(1 - p, degrees), -tQuantile(p, degrees), 1e-9);
    assert(tQuantile(p, degrees + 1) < tQuantile(p, degrees));
    assert(tQuantile((p + 1) / 2, degrees) > tQuantile(p, degrees));
  }));
});

Deno.test("tQuantile() refuses what is no probability and no number of degrees", () => {
  for (const p of [0, 1, -1, NaN]) assertThrows(() => tQuantile(p, 3), RangeError, `but found ${p}`);
  for (const degrees of [0, 1.5, NaN]) assertThrows(() => tQuantile(0.9, degrees), RangeError, `but found ${degrees}`);
});
