import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fakeTable, normals } from "../fakes.ts";
import { constantTable, shuffleTable } from "../placebo.ts";
import type { BaselineTable } from "../table.ts";
import { type BetweenPrompts, betweenPromptShare, promiseOf } from "./between_prompts.ts";
import { tQuantile } from "./estimate.ts";

/** Rewards of prompts whose own means have the standard deviation `between`; 1 within. */
function draw(prompts: number, k: number, between: number, normal: () => number): number[][] {
  return Array.from({ length: prompts }, () => {
    const offset = between * normal();
    return Array.from({ length: k }, () => offset + normal());
  });
}

function measured(table: BaselineTable): BetweenPrompts {
  const found = betweenPromptShare(table);
  assert(found.measurable, JSON.stringify(found));
  return found;
}

Deno.test("betweenPromptShare() is the intraclass correlation of Shrout and Fleiss's example", async () => {
  // Six targets, four judges (Psychological Bulletin 86, 1979, table 2): ICC(1, 1) = 0.17.
  const { share, ratio, prompts, k } = measured(
    await fakeTable([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]),
  );
  assertAlmostEquals(share.value, 0.1657, 1e-4);
  assertAlmostEquals(ratio, Math.sqrt(0.1657 / 0.8343), 1e-3);
  assertEquals([prompts, k], [6, 4]);
});

Deno.test("betweenPromptShare() has the interval of a jackknife that recomputes everything without each prompt", async () => {
  const rewards = draw(9, 3, 1, normals(11));
  const logF = (rows: number[][]) => {
    const value = measured(shift(rows)).share.value;
    return Math.log((1 + 2 * value) / (1 - value)); // F of the share, k = 3
  };
  // Built by hand and without the checks of baselineTable(), which are not what is tested here.
  const shift = (rows: number[][]): BaselineTable => ({
    ...{ id: "", policy: "", rewardModel: "", template: "", sampling: { k: 3, temperature: 1, maxTokens: 1, seed: 0 } },
    rows: new Map(rows.map((row, i) => [`${i}`, { ...first, rewards: row }])),
  });
  const first = (await fakeTable(rewards)).rows.get("0")!;
  const without = rewards.map((_, i) => logF(rewards.filter((_, j) => j !== i)));
  const centre = without.reduce((sum, value) => sum + value, 0) / 9;
  const error = Math.sqrt(without.reduce((sum, value) => sum + (value - centre) ** 2, 0) * 8 / 9);
  const { share } = measured(shift(rewards));
  const toShare = (log: number) => (Math.exp(log) - 1) / (Math.exp(log) + 2);
  assertAlmostEquals(share.high, toShare(logF(rewards) + tQuantile(8) * error), 1e-9);
  assertAlmostEquals(share.low, Math.max(0, toShare(logF(rewards) - tQuantile(8) * error)), 1e-9);
});

Deno.test("betweenPromptShare() has intervals that hold the truth 95 times in 100", async () => {
  const normal = normals(5);
  for (const between of [0.5, 1, 3]) {
    const truth = between ** 2 / (between ** 2 + 1);
    let held = 0;
    for (let run = 0; run < 120; run++) {
      const { share } = measured(await fakeTable(draw(40, 5, between, normal)));
      if (share.low <= truth && truth <= share.high) held++;
    }
    assert(held >= 104 && held < 120, `${held} of 120 at ${truth}`); // binomial: 114 ± 2.4
  }
});

Deno.test("betweenPromptShare() does not see scale, offset or the order of prompts, and a placebo has the real table's", async () => {
  const rewards = draw(12, 4, 1, normals(2));
  const table = await fakeTable(rewards);
  const { share } = measured(table);
  for (const other of [rewards.map((row) => row.map((value) => 1000 - 3 * value)), rewards.toReversed()]) {
    const found = measured(await fakeTable(other)).share;
    for (const part of ["value", "low", "high"] as const) assertAlmostEquals(found[part], share[part], 1e-9);
  }
  assertAlmostEquals(measured(await shuffleTable(table, 1)).share.value, share.value, 1e-12);
});

Deno.test("betweenPromptShare() says why where there is nothing to measure", async () => {
  const tables: readonly [BaselineTable, string][] = [
    [await fakeTable([[1], [2], [3]]), "one response to each prompt"],
    [await fakeTable([[1, 2], [2, 3]]), "2 prompts do not tell how prompts differ"],
    [await fakeTable([[1, 1], [2, 2], [3, 3]]), "nearly all responses are equal"],
    [await fakeTable([[0, 2], [1, 1], [1, 1]]), "nearly all responses are equal"],
    [await constantTable(await fakeTable([[0.1, 0.2], [0.7, 0.1], [0.3, 0.3]])), "nearly all responses are equal"],
  ];
  for (const [table, why] of tables) {
    const found = betweenPromptShare(table);
    assert(!found.measurable && found.why.includes(why), JSON.stringify(found));
  }
});

Deno.test("betweenPromptShare() is never below 0, where prompts differ less than chance", async () => {
  const { share, ratio } = measured(await fakeTable([[0, 10], [1, 9.5], [2, 8], [3, 6]]));
  assertEquals([share.value, share.low, ratio], [0, 0, 0]);
  assert(share.high >= 0 && share.high < 1);
});

Deno.test("promiseOf() promises more for a larger share, and admits an interval with room for more", () => {
  const certain = (value: number) => promiseOf({ value, low: value, high: value });
  assert(certain(0).includes("no gain over plain PPO, or a small loss"));
  assert(certain(0.5).includes("a small gain where the critic cannot learn"));
  assert(certain(0.9).includes("a clear gain") && certain(0.9).includes("equal KL") && certain(1) === certain(0.9));
  const wide = promiseOf({ value: 0.5, low: 0.1, high: 0.9 });
  assert(wide.startsWith(certain(0.5)) && wide.includes("10 to 90 %") && !certain(0.5).includes("%"));
});
