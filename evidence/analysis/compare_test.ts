import { assertAlmostEquals, assertEquals } from "@std/assert";
import { effect, holm, pValue } from "./compare.ts";

Deno.test("pValue() is the textbook's: Student's sleep data", () => {
  assertAlmostEquals(pValue(4.0621, 9), 0.002833, 1e-6); // R: t.test(extra ~ group, data = sleep, paired = TRUE)
  assertAlmostEquals(pValue(0, 4), 1, 1e-9);
  assertAlmostEquals(pValue(2.7764451052, 4), 0.05, 1e-9);
});

Deno.test("holm() multiplies the smallest by the number of questions, and keeps the order", () => {
  const corrected = holm([0.01, 0.04, 0.03, 0.005]); // R: p.adjust(…, "holm")
  corrected.forEach((p, i) => assertAlmostEquals(p, [0.03, 0.06, 0.06, 0.02][i]!, 1e-12));
  assertEquals(holm([]), []);
  assertEquals(holm([0.9, 0.8]), [1, 1]);
});

Deno.test("effect() of fewer than two seeds is none", () => {
  assertEquals(effect([[1, 2]]), undefined);
  assertEquals(effect([[1, 1], [2, 2]])!.p, 1);
});
