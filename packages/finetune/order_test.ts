import { assertEquals, assertNotEquals } from "@std/assert";
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
