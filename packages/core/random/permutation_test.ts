import { chiSquareP } from "../testing/mod.ts";
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { permutation } from "./permutation.ts";

Deno.test("permutation() gives every order of four numbers equally often", () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 4800; epoch++) {
    const key = permutation(4, [1, 2], [epoch, 0, 0]).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assertEquals(counts.size, 24);
  assert(chiSquareP([...counts.values()], new Array(24).fill(200)) > 1e-3);
});

Deno.test("permutation() has each number once, and another order at every place and key", () => {
  const streams = [
    [[1, 2], [0, 0, 0]],
    [[1, 3], [0, 0, 0]],
    [[2, 2], [0, 0, 0]],
    [[1, 2], [1, 0, 0]],
    [[1, 2], [0, 1, 0]],
    [[1, 2], [0, 0, 1]],
  ] as const;
  const orders = streams.map(([key, place]) => permutation(50, key, place));
  for (const order of orders) {
    assertEquals(
      [...order].toSorted((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
    );
  }
  assertEquals(new Set(orders.map(String)).size, orders.length);
  assertNotEquals(orders[0], orders[0]!.toSorted());
  assertEquals([permutation(0, [1, 2], [0, 0, 0]).length, [...permutation(1, [1, 2], [0, 0, 0])]], [0, [0]]);
});

Deno.test("permutation() refuses counts and words that are none", () => {
  assertThrows(() => permutation(1.5, [0, 0], [0, 0, 0]), RangeError, "count of 0 or more but found 1.5");
  assertThrows(() => permutation(2, [0, 2 ** 32], [0, 0, 0]), RangeError, "32-bit integers");
});
