import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fakeRow, fakeTable } from "./fakes.ts";
import { hashPrompt } from "./hash.ts";
import type { BaselineRow } from "./row.ts";
import { baselineTable, rowOf } from "./table.ts";

Deno.test("baselineTable() keeps rows by id, in their order, from a list or a stream", async () => {
  const rows = [await fakeRow("b", [1, 2], { prompt: "b" }), await fakeRow("a", [3, 4])];
  const table = await baselineTable(rows);
  assertEquals([...table.rows], [["b", rows[0]!], ["a", rows[1]!]]);
  assertEquals([table.policy, table.rewardModel, table.template, table.sampling.k], ["policy", "reward", "", 2]);
  async function* stream() {
    yield* await Promise.resolve(rows);
  }
  assertEquals(await baselineTable(stream()), table);
});

Deno.test("baselineTable() gives tables one id only if they give the same baselines", async () => {
  const rows = [await fakeRow("a", [1, 2]), await fakeRow("b", [3, 4])];
  const idOf = async (changed: BaselineRow[]) => (await baselineTable(changed)).id;
  const id = await idOf(rows);
  assertEquals(await idOf(rows.map((row) => ({ ...row, responses: ["x", "y"] }))), id);
  const changes: BaselineRow[][] = [
    [rows[0]!],
    [rows[0]!, { ...rows[1]!, rewards: [3, 4 + 1e-15] }],
    [rows[0]!, { ...rows[1]!, greedy: { response: "", reward: 0 } }],
    [rows[0]!, { ...rows[1]!, dataset: { response: "", reward: 0 } }],
    [rows[0]!, { ...rows[1]!, promptId: "c" }],
    [rows[0]!, { ...rows[1]!, promptHash: await hashPrompt("c") }],
  ];
  const ids = await Promise.all(changes.map(idOf));
  assertEquals(new Set([id, ...ids]).size, changes.length + 1);
});

Deno.test("baselineTable() refuses what is no table, and says which row", async () => {
  const [a, b] = [await fakeRow("a", [1, 2]), await fakeRow("b", [3, 4])];
  const bad: readonly [BaselineRow[], string][] = [
    [[], "one row or more but found none: sample baselines first"],
    [[a, b, a], 'row 3 of the table: expected one row for each prompt but found "a" twice'],
    [[a, { ...b, rewards: [3, NaN] }], "row 2 of the table: rewards.1: expected a finite number but found NaN"],
    [[a, { ...b, rewards: [3] }], "row 2 of the table: expected 2 rewards"],
    [[await fakeRow("a", [])], "row 1 of the table: sampling.k: expected 1 response"],
    [[a, { ...b, prompt: "B" }], 'row 2 of the table: expected the prompt of "b" to have the hash beside it'],
    [[a, { ...b, policy: "other" }], 'one policy in all rows of a table but "a" has "policy" and "b" has "other"'],
    [[a, { ...b, rewardModel: "other" }], "one rewardModel in all rows"],
    [[a, { ...b, template: "other" }], "one template in all rows"],
    [[a, { ...b, sampling: { ...b.sampling, seed: 8 } }], "one sampling in all rows"],
    [[a, await fakeRow("b", [3, 4, 5])], "one sampling in all rows"],
  ];
  for (const [rows, problem] of bad) {
    assertStringIncludes((await assertRejects(() => baselineTable(rows), RangeError)).message, problem);
  }
});

Deno.test("baselineTable() takes rows whose sampling was written in another order of fields", async () => {
  const [a, b] = [await fakeRow("a", [1, 2]), await fakeRow("b", [3, 4])];
  const { k, temperature, maxTokens, seed } = b.sampling;
  assertEquals((await baselineTable([a, { ...b, sampling: { seed, maxTokens, temperature, k } }])).rows.size, 2);
});

Deno.test("rowOf() refuses a missing prompt, and a known id with another text", async () => {
  const table = await fakeTable([[1, 2], [3, 4]]);
  assertEquals((await rowOf(table, { promptId: "1", prompt: "1" })).rewards, [3, 4]);
  const missing = await assertRejects(() => rowOf(table, { promptId: "2", prompt: "2" }), RangeError);
  assertStringIncludes(missing.message, 'a baseline for prompt "2" but the table of 2 prompts has none: sample');
  const other = await assertRejects(() => rowOf(table, { promptId: "1", prompt: "1\n".repeat(99) }), RangeError);
  assertStringIncludes(
    other.message,
    'prompt "1" to have the text that its baseline was sampled for but found another',
  );
  assert(other.message.length < 400);
});
