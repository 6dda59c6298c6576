import { assertThrows } from "@std/assert";
import { assertClose } from "./assert_close.ts";

Deno.test("assertClose() names the worst element, its indices and how far off it is", () => {
  const actual = [0, 0.1, 0, 0, 0, 3];
  assertThrows(
    () => assertClose(actual, [0, 0, 0, 0, 0, 0], { shape: [2, 3], what: "dx" }),
    Error,
    "Expected dx to agree but 2 of 6 elements do not; the worst is at [1, 2]: 3, not 0",
  );
});

Deno.test("assertClose() never takes NaN or an infinity for a number", () => {
  assertThrows(() => assertClose([NaN], [0], { atol: 1e9 }), Error);
  assertThrows(() => assertClose([0], [NaN], { atol: 1e9 }), Error);
  assertThrows(() => assertClose([Infinity], [1e30], { atol: 1e39 }), Error);
  assertThrows(() => assertClose([Infinity], [-Infinity]), Error);
  assertClose([NaN, Infinity, -0], [NaN, Infinity, 0]);
});

Deno.test("assertClose() compares lengths", () => {
  assertThrows(() => assertClose([1], [1, 2]), Error, "2 elements but found 1");
});
