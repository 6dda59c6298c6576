import { assertAlmostEquals } from "@std/assert";
import fc from "fast-check";
import { solve } from "./solve.ts";

Deno.test("solve() finds x again from A x, for A = B Bᵀ + 1", () => {
  const number = fc.double({ min: -3, max: 3, noNaN: true });
  const size = 4;
  const list = (length: number) => fc.array(number, { minLength: length, maxLength: length });
  fc.assert(fc.property(list(size * size), list(size), (b, x) => {
    const each = Array.from({ length: size }, (_, i) => i);
    const a = each.map((i) =>
      each.map((j) => each.reduce((sum, k) => sum + b[i * size + k]! * b[j * size + k]!, i === j ? 1 : 0))
    );
    const right = a.map((row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0));
    solve(new Float64Array(a.flat()), new Float64Array(right)).forEach((value, i) =>
      assertAlmostEquals(value, x[i]!, 1e-9)
    );
  }));
});
