import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { aggregate, baselines } from "./aggregates.ts";
import { fakeRow, fakeTable } from "./fakes.ts";
import { constantTable, shuffleTable, zeroTable } from "./placebo.ts";
import { baselineTable } from "./table.ts";

Deno.test("shuffleTable() gives every prompt the row of another, each row once, by its seed alone", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 12 }), fc.integer(), async (prompts, seed) => {
      const table = await fakeTable(Array.from({ length: prompts }, (_, i) => [i, 10 * i]));
      const shuffled = await shuffleTable(table, seed);
      const [before, after] = [table, shuffled].map(({ rows }) => [...rows.values()]);
      assert(after!.every(({ rewards }, i) => rewards[0] !== i && rewards[1] === 10 * rewards[0]!));
      assertEquals(new Set(after!.map(({ rewards }) => rewards[0])).size, prompts);
      assertEquals(
        after!.map((row) => [row.promptId, row.promptHash]),
        before!.map((row) => [row.promptId, row.promptHash]),
      );
      assertEquals(await shuffleTable(table, seed), shuffled);
    }),
    { numRuns: 30 },
  );
  const table = await fakeTable(Array.from({ length: 20 }, (_, i) => [i]));
  assertNotEquals((await shuffleTable(table, 1)).id, (await shuffleTable(table, 2)).id);
  await assertRejects(async () => await shuffleTable(await fakeTable([[1]]), 0), RangeError, "2 prompts or more");
});

Deno.test("shuffleTable() keeps texts of prompts with their prompts", async () => {
  const rows = await Promise.all(["a", "b", "c"].map((id, i) => fakeRow(id, [i], { prompt: id })));
  const shuffled = await shuffleTable(await baselineTable(rows), 5);
  assertEquals([...shuffled.rows.values()].map(({ prompt }) => prompt), ["a", "b", "c"]);
});

Deno.test("constantTable() and zeroTable() make every baseline of the family one number", async () => {
  const rows = await Promise.all(
    [[1, 2], [5, 10], [0, 0]].map((rewards, i) =>
      fakeRow(`${i}`, rewards, { greedy: { response: "", reward: i }, dataset: { response: "", reward: -i } })
    ),
  );
  const table = await baselineTable(rows);
  const means: Record<string, number> = { mean: 3, median: 3, max: 4, min: 2, greedy: 1, dataset: -1 };
  for (const baseline of baselines.slice(1)) {
    const constant = await constantTable(table, baseline);
    assertEquals([constant.rewardModel, constant.policy], [table.rewardModel, table.policy]);
    for (const row of constant.rows.values()) {
      for (const other of baselines.slice(1)) assertAlmostEquals(aggregate(row, other), means[baseline]!, 1e-12);
    }
  }
  for (const row of (await zeroTable(table)).rows.values()) {
    assertEquals(baselines.map((baseline) => aggregate(row, baseline)), baselines.map(() => 0));
  }
});
