import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fromBf16, fromF16, toBf16, toF16 } from "./half.ts";

const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
const isNumber = (x: number) => !Number.isNaN(x);

Deno.test("fromF16() widens every float16, and toF16() gives its bits back", () => {
  const view = new DataView(all.buffer);
  const wide = fromF16(all);
  assertEquals(wide, Float32Array.from(all, (_, i) => view.getFloat16(2 * i, true)));
  const numbers = all.filter((_, i) => isNumber(wide[i]!));
  assertEquals(toF16(fromF16(numbers)), numbers);
  assertEquals(fromF16(toF16(Float32Array.of(NaN))), Float32Array.of(NaN));
});

Deno.test("fromBf16() takes the upper half of a float32, and toBf16() gives it back", () => {
  const wide = fromBf16(all);
  assertEquals(Array.from(fromBf16(Uint16Array.of(0x3f80, 0xc000, 0x0001))), [1, -2, 2 ** -133]);
  const numbers = all.filter((_, i) => isNumber(wide[i]!));
  assertEquals(toBf16(fromBf16(numbers)), numbers);
  const nans = Float32Array.from(new Float32Array(Uint32Array.of(0x7f800001, 0xffffffff).buffer));
  assertEquals(fromBf16(toBf16(nans)), Float32Array.of(NaN, NaN));
});

Deno.test("toF16() rounds to nearest, ties to even, also below the normal numbers", () => {
  const numbers = fc.oneof(
    fc.float({ min: -65504, max: 65504, noNaN: true }),
    fc.float({ min: Math.fround(-1e-4), max: Math.fround(1e-4), noNaN: true }),
    fc.nat(65535 - 1024).map((bits) => midpoint(bits)), // exactly between two neighbours
  );
  fc.assert(fc.property(fc.array(numbers), (values) => {
    const view = new DataView(new ArrayBuffer(2));
    const expected = values.map((x) => (view.setFloat16(0, x), view.getUint16(0)));
    assertEquals(toF16(Float32Array.from(values)), Uint16Array.from(expected));
  }));
});

/** The float32 halfway from one float16 up to the next. */
function midpoint(bits: number): number {
  const [a, b] = fromF16(Uint16Array.of(bits & 0x7bfe, (bits & 0x7bfe) + 1)) as unknown as [number, number];
  return (a + b) / 2;
}

Deno.test("toBf16() rounds to nearest, ties to even", () => {
  const bits = Uint32Array.of(0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0xbf818000, 0x7f7fffff, 0x00008001);
  const expected = Uint16Array.of(0x3f80, 0x3f82, 0x3f81, 0x3f80, 0xbf82, 0x7f80, 0x0001);
  assertEquals(toBf16(new Float32Array(bits.buffer)), expected);
});

Deno.test("toF16() refuses what would become infinity, but not infinity", () => {
  assertThrows(() => toF16(Float32Array.of(1, -65520)), RangeError, "Cannot write -65520 as f16");
  assertEquals(toF16(Float32Array.of(65519, Infinity, -Infinity)), Uint16Array.of(0x7bff, 0x7c00, 0xfc00));
});
