import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { cohenKappa } from "./kappa.ts";

Deno.test("cohenKappa() gives the known value", () => {
  const { value, observed, expected } = cohenKappa([[20, 2, 3], [4, 5, 3], [2, 1, 25]]);
  assertAlmostEquals(observed, 0.7692308, 1e-7);
  assertAlmostEquals(expected, 0.3820118, 1e-7);
  assertAlmostEquals(value!, 0.6265799, 1e-7);
});

Deno.test("cohenKappa() is 1 of full agreement, and null with a reason where chance agrees as well, or nothing is there", () => {
  assertEquals(cohenKappa([[3, 0], [0, 1]]).value, 1);
  assertEquals(cohenKappa([[0, 5], [5, 0]]).value, -1);
  assertEquals(cohenKappa([[7, 0], [0, 0]]), {
    value: null,
    reason: "Expected two categories in use or more but found one: chance agrees as well",
    observed: 1,
    expected: 1,
  });
  assertEquals(cohenKappa([[0, 0], [0, 0]]).value, null);
  assertEquals(cohenKappa([]).value, null);
});

Deno.test("cohenKappa() has the same bits with categories the other way round, and with raters exchanged", () => {
  const count = fc.nat(2000);
  fc.assert(fc.property(fc.array(fc.tuple(count, count, count), { minLength: 3, maxLength: 3 }), (table) => {
    const kappa = cohenKappa(table);
    assertEquals(cohenKappa(table.map((row) => row.toReversed()).reverse()), kappa);
    assertEquals(cohenKappa(table.map((_, i) => table.map((row) => row[i]!))), kappa);
  }));
});

Deno.test("cohenKappa() refuses tables that are not square and counts that are none", () => {
  assertThrows(() => cohenKappa([[1, 2], [3]]), RangeError, "but found a row of 1");
  assertThrows(() => cohenKappa([[1, -2], [3, 4]]), RangeError, "but found -2");
});
