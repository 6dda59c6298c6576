import { chiSquareP } from "@tare/core/testing";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { exampleOrder } from "./order.ts";

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("exampleOrder() shows every example once an epoch, with batches that run into the next one", () => {
  const order = exampleOrder({ seed: 3, count: 10, batch: 4 });
  const seen = range(5).flatMap(order);
  assertEquals(seen.slice(0, 10).toSorted((a, b) => a - b), range(10));
  assertEquals(seen.slice(10).toSorted((a, b) => a - b), range(10));
  assertNotEquals(seen.slice(0, 10), seen.slice(10));
  assertNotEquals(seen.slice(0, 10), range(10));
});

Deno.test("exampleOrder() depends on seed and step alone, not on what was asked before", () => {
  const options = { seed: 3, count: 7, batch: 5 };
  const order = exampleOrder(options);
  const forth = range(20).map(order);
  assertEquals(range(20).toReversed().map(order).toReversed(), forth);
  assertEquals(range(20).map((step) => exampleOrder(options)(step)), forth);
  assertNotEquals(exampleOrder({ ...options, seed: 4 })(0), forth[0]);
});

Deno.test("exampleOrder() gives every order of four examples equally often", () => {
  const counts = new Map<string, number>();
  const order = exampleOrder({ seed: 1, count: 4, batch: 4 });
  for (let epoch = 0; epoch < 4800; epoch++) {
    const key = order(epoch).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assertEquals(counts.size, 24);
  assert(chiSquareP([...counts.values()], new Array(24).fill(200)) > 1e-3);
});
