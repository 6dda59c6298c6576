import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { aggregate, type Baseline, baselineOf, baselines } from "./aggregates.ts";
import { fakeRow, fakeTable } from "./fakes.ts";

const row = await fakeRow("tea", [4, -1, 9, 2], {
  ...{ greedy: { response: "c", reward: 5 }, dataset: { response: "d", reward: -7 } },
});

Deno.test("aggregate() has the whole family under one name each", () => {
  const found = baselines.map((baseline) => [baseline, aggregate(row, baseline)]);
  assertEquals(Object.fromEntries(found), {
    ...{ none: 0, mean: 3.5, median: 3, max: 9, min: -1, dataset: -7, greedy: 5 },
  });
  assertEquals(aggregate({ ...row, rewards: [8, 1, 2] }, "median"), 2);
  assertEquals((["mean", "median", "max", "min"] as const).map((b) => aggregate({ ...row, rewards: [6] }, b)), [
    6,
    6,
    6,
    6,
  ]);
  assertEquals(row.rewards, [4, -1, 9, 2]); // sorted for the median, but not here
});

Deno.test("aggregate() lies between the extremes, moves with the rewards, and does not see their order", () => {
  const rewards = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 9 });
  const kinds = ["mean", "median", "max", "min"] as const;
  fc.assert(fc.property(rewards, fc.integer({ min: -1000, max: 1000 }), (rewards, offset) => {
    const all = (numbers: readonly number[]) =>
      kinds.map((baseline) => aggregate({ ...row, rewards: numbers }, baseline));
    const [mean, median, max, min] = all(rewards) as [number, number, number, number];
    assert(min <= mean && mean <= max && min <= median && median <= max);
    assertEquals(all(rewards.toReversed()), [mean, median, max, min]);
    const moved = all(rewards.map((reward) => reward + offset));
    assert(moved.every((value, i) => Math.abs(value - [mean, median, max, min][i]! - offset) < 1e-9));
  }));
});

Deno.test("aggregate() refuses a response that the row lacks, and names that it does not know", async () => {
  const bare = await fakeRow("tea", [1]);
  assertThrows(
    () => aggregate(bare, "greedy"),
    RangeError,
    'a greedy response in the row of prompt "tea" but found none',
  );
  assertThrows(() => aggregate(bare, "dataset"), RangeError, "its data had none: take another baseline");
  for (const name of ["average", "toString", undefined]) {
    assertThrows(
      () => aggregate(bare, name as Baseline),
      RangeError,
      "Expected a baseline of none, mean, median, max, min,",
    );
  }
});

Deno.test("baselineOf() looks up the prompt before it answers, for `none` too", async () => {
  const table = await fakeTable([[1, 2]]);
  assertEquals(await baselineOf(table, { promptId: "0", prompt: "0" }, "max"), 2);
  await assertRejects(() => baselineOf(table, { promptId: "0", prompt: "zero" }, "none"), RangeError, "another text");
});
