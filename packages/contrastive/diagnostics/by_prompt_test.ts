import { assertEquals } from "@std/assert";
import { promptMeans, promptTotals, squaresOf } from "./by_prompt.ts";

const samples = [["a", 1], ["b", 10], ["a", 3], ["c", 100]].map(([promptId, x]) => ({
  ...{ promptId: promptId as string, x: x as number },
}));

Deno.test("promptMeans() averages over each prompt's responses", () => {
  assertEquals([...promptMeans(samples, ({ x }) => x)], [["a", 2], ["b", 10], ["c", 100]]);
  assertEquals(promptMeans([], () => 1).size, 0);
});

Deno.test("promptTotals() adds up all, and all without each prompt", () => {
  assertEquals(promptTotals(samples, ({ x }) => [1, x]), { all: [4, 114], without: [[2, 110], [3, 104], [3, 14]] });
  assertEquals(promptTotals([], () => [1]), { all: [], without: [] });
});

Deno.test("squaresOf() takes for 0 what rounding leaves", () => {
  assertEquals(squaresOf(3, 6, 14, 14), 2);
  assertEquals(squaresOf(3, 6, 12 + 2e-15, 14), 0);
  assertEquals(squaresOf(3, 6, 12 - 2e-15, 14), 0);
});
