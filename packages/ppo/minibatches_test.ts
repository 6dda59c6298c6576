import { assertEquals, assertNotEquals } from "@std/assert";
import { cutMinibatches, episodeOrder, promptsOf } from "./minibatches.ts";

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const sorted = (values: Iterable<number>) => [...values].toSorted((a, b) => a - b);

Deno.test("promptsOf() shows each prompt once a pass, and counts its visits where an iteration spans two passes", () => {
  const schedule = { seed: 3, count: 5, perIteration: 4 };
  const visits = range(5).flatMap((iteration) => promptsOf(schedule, iteration)); // 20 turns: four passes of five
  const passes = range(4).map((pass) => visits.filter(({ visit }) => visit === pass).map(({ index }) => index));
  for (const pass of passes) assertEquals(sorted(pass), range(5));
  assertEquals(new Set(passes.map(String)).size > 1, true);
  assertEquals(promptsOf(schedule, 1).map(({ visit }) => visit), [0, 1, 1, 1]);
});

Deno.test("promptsOf() depends on seed and iteration alone, and takes more turns than there are prompts", () => {
  const schedule = { seed: 3, count: 2, perIteration: 5 };
  assertEquals(promptsOf(schedule, 0).map(({ visit }) => visit), [0, 0, 1, 1, 2]);
  assertEquals(promptsOf(schedule, 7), promptsOf(schedule, 7));
  const long = { seed: 3, count: 50, perIteration: 50 };
  assertNotEquals(promptsOf(long, 0), promptsOf({ ...long, seed: 4 }, 0));
});

Deno.test("episodeOrder() has every episode once, in another order each epoch and iteration", () => {
  const at = (epoch: number, iteration: number, seed = 1) => episodeOrder({ seed, episodes: 20, epoch, iteration });
  const orders = [at(0, 0), at(1, 0), at(0, 1), at(1, 1), at(0, 0, 2)];
  for (const order of orders) assertEquals(sorted(order), range(20));
  assertEquals(new Set(orders.map(String)).size, 5);
  assertEquals(at(1, 1), orders[3]);
});

Deno.test("cutMinibatches() cuts an order into pieces that differ by one at most", () => {
  const cut = (length: number, count: number) =>
    cutMinibatches(Uint32Array.from(range(length)), count).map((x) => [...x]);
  assertEquals(cut(6, 2), [[0, 1, 2], [3, 4, 5]]);
  assertEquals(cut(7, 3), [[0, 1], [2, 3], [4, 5, 6]]);
  assertEquals(cut(3, 3), [[0], [1], [2]]);
  assertEquals(cut(5, 1), [[0, 1, 2, 3, 4]]);
});
