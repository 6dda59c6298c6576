import { assertAlmostEquals, assertEquals } from "@std/assert";
import { chanceBetween, comparedBy, pairOf } from "./pairs.ts";
import type { Comparison } from "./sources/comparison.ts";

const around = (value: number, half: number) => ({ value, low: value - half, high: value + half });
const table: Comparison = {
  ...{ name: "eval", reference: "sft", prompts: 100, seed: 7, note: "", policies: [], responses: [] },
  pairs: [
    { a: "dpo", b: "sft", by: "gold", win: 1, tie: 0, lose: 9, rate: around(0.1, 0.1), difference: around(0, 0.4) },
    {
      a: "ppo",
      b: "cr",
      by: "gold",
      win: 20,
      tie: 30,
      lose: 50,
      rate: around(0.3, 0.05),
      difference: around(-0.2, 0.1),
    },
  ],
};

Deno.test("pairOf() turns a pair round, all of it", () => {
  assertEquals(pairOf(table, "ppo", "cr", "gold"), table.pairs[1]);
  const turned = pairOf(table, "cr", "ppo", "gold")!;
  assertEquals([turned.a, turned.win, turned.tie, turned.lose], ["cr", 50, 30, 20]);
  assertEquals([turned.rate.low, turned.rate.value, turned.rate.high], [0.65, 0.7, 0.75]);
  assertEquals(pairOf(table, "cr", "ppo", "judge"), undefined);
  assertEquals(pairOf(table, "cr", "sft", "gold"), undefined);
});

Deno.test("chanceBetween() is half the interval of these two policies, or of the first two where they were not compared", () => {
  assertAlmostEquals(chanceBetween(table, "cr", "ppo")!, 0.1);
  assertAlmostEquals(chanceBetween(table, "cr", "sft")!, 0.4);
  assertEquals(chanceBetween(undefined, "cr", "ppo"), undefined);
});

Deno.test("comparedBy() has the truth first, judges that were asked in their order, and the reward model last", () => {
  const by = ["reward", "gpt", "gold", "constructor", "gpt"].map((by) => ({ ...table.pairs[0]!, by }));
  assertEquals(comparedBy(by), ["gold", "gpt", "constructor", "reward"]);
});
