import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fakeTable, normals } from "../fakes.ts";
import { gainByDifficulty } from "./difficulty.ts";

Deno.test("gainByDifficulty() does not take luck in the samples for gain on hard prompts", async () => {
  const normal = normals(17);
  const [ours, naive]: [number[], number[]] = [[], []];
  for (let run = 0; run < 30; run++) {
    // A policy that has learned nothing, and prompts that are all equally hard.
    const rewards = Array.from({ length: 80 }, () => Array.from({ length: 4 }, normal));
    const episodes = rewards.map((_, i) => ({ promptId: `${i}`, raw: normal() }));
    const found = gainByDifficulty(episodes, await fakeTable(rewards));
    assert(found.measurable);
    ours.push(found.difference.value);
    // As one would do it first: sort by all samples, and subtract the same.
    const sorted = rewards.map((row, i) => [row.reduce((a, b) => a + b) / 4, episodes[i]!.raw] as const)
      .sort(([a], [b]) => a - b).map(([baseline, raw]) => raw - baseline);
    naive.push((sum(sorted.slice(0, 20)) - sum(sorted.slice(-20))) / 20);
  }
  assert(Math.abs(sum(ours) / 30) < 0.28, `${sum(ours) / 30}`); // four standard errors: √(2 · 1.5 / 20 / 30)
  assert(sum(naive) / 30 > 0.9, `${sum(naive) / 30}`); // 2 · 1.27 / √4, and nothing of it is gain
});

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

Deno.test("gainByDifficulty() finds where a policy gained, in parts that differ by one prompt at most", async () => {
  // Ten prompts of difficulty 0 … 9 with exact baselines; the hard half gains 2, the easy half 1.
  const table = await fakeTable(Array.from({ length: 10 }, (_, i) => [9 - i, 9 - i, 9 - i]));
  const episodes = Array.from({ length: 10 }, (_, i) =>
    [0, 1].map((more) => ({
      ...{ promptId: `${i}`, raw: 9 - i + (i >= 5 ? 1.5 : 0.5) + more },
    }))).flat();
  const found = gainByDifficulty(episodes, table);
  assert(found.measurable);
  assertEquals(found.parts.map(({ prompts }) => prompts), [3, 2, 3, 2]);
  assertEquals(found.parts.map(({ baseline }) => baseline), [1, 3.5, 6, 8.5]);
  assertEquals(found.parts.map(({ gain }) => gain.value), [2, 1.5 + 0.5, 1, 1]);
  assertAlmostEquals(found.difference.value, 1, 1e-12);
});

Deno.test("gainByDifficulty() compares the outer parts with Welch's interval", async () => {
  const table = await fakeTable([0, 1, 2, 10, 11].map((value) => [value, 0]));
  const raws = [1, 3, 5, 20, 30];
  const found = gainByDifficulty(raws.map((raw, i) => ({ promptId: `${i}`, raw })), table, { parts: 2 });
  assert(found.measurable);
  // 1, 3, 5 (mean 3, variance 4) against 20, 30 (25, 50): error √(4/3 + 25), Satterthwaite's degrees 1.11.
  assertAlmostEquals(found.difference.value, -22, 1e-12);
  assertAlmostEquals(found.difference.high, -22 + 12.7062 * Math.sqrt(4 / 3 + 25), 1e-9);
});

Deno.test("gainByDifficulty() says why where there is nothing to measure", async () => {
  const episodes = Array.from({ length: 8 }, (_, i) => ({ promptId: `${i}`, raw: i }));
  const rewards = episodes.map(({ raw }) => [raw, raw + 1]);
  const why = async (of: typeof episodes, table: number[][]) => {
    const found = gainByDifficulty(of, await fakeTable(table));
    return found.measurable ? "" : found.why;
  };
  assertEquals(await why(episodes, rewards), "");
  assert((await why(episodes, rewards.map(([first]) => [first!]))).startsWith("one sample a prompt cannot"));
  assert((await why(episodes.slice(1), rewards)).startsWith("7 prompts are too few for 4 parts"));
  assertEquals(await why(episodes, rewards.slice(1)), 'the table has no baseline of prompt "7"');
});
