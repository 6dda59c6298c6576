import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { contrast } from "./contrast.ts";
import { fakeTable } from "./fakes.ts";
import { zeroTable } from "./placebo.ts";
import type { Reward } from "./reward.ts";

interface Scored {
  readonly promptId: string;
  readonly prompt: string;
  readonly score: number;
}

/** Says what the episode carries. */
const reward: Reward<Scored> = Object.assign(
  (episodes: readonly Scored[]) => Promise.resolve(Float32Array.from(episodes, ({ score }) => score)),
  { id: "reward" },
);

/** Episodes of the prompts "0", "1", …, with these scores. */
function scored(...scores: number[]): Scored[] {
  return scores.map((score, i) => ({ promptId: `${i}`, prompt: `${i}`, score }));
}

Deno.test("contrast() subtracts each prompt's baseline, in the order of the episodes", async () => {
  const table = await fakeTable([[1, 2, 6], [-4, -4, 2]]);
  const episodes = [...scored(10, 20).toReversed(), ...scored(0.5)];
  assertEquals(await contrast(reward, table)(episodes), Float32Array.of(22, 7, -2.5));
  assertEquals(await contrast(reward, table, { baseline: "median" })(episodes), Float32Array.of(24, 8, -1.5));
  assertEquals(await contrast(reward, table, { baseline: "none" })(episodes), Float32Array.of(20, 10, 0.5));
  assertEquals(await contrast(reward, table).baseline("1", "1"), -2);
  assertEquals(await contrast(reward, table)([]), new Float32Array());
});

Deno.test("contrast() does not see what a reward adds to all responses to a prompt", async () => {
  const number = fc.integer({ min: -1000, max: 1000 });
  const prompts = fc.array(
    fc.record({ rewards: fc.array(number, { minLength: 4, maxLength: 4 }), score: number, offset: number }),
    {
      ...{ minLength: 1, maxLength: 4 },
    },
  );
  await fc.assert(
    fc.asyncProperty(prompts, async (prompts) => {
      const plain = await fakeTable(prompts.map(({ rewards }) => rewards));
      const moved = await fakeTable(prompts.map(({ rewards, offset }) => rewards.map((value) => value + offset)));
      const scores = prompts.map(({ score }) => score);
      const movedScores = prompts.map(({ score, offset }) => score + offset);
      for (const baseline of ["mean", "median", "max", "min"] as const) { // exact: quarters of integers
        assertEquals(
          await contrast(reward, moved, { baseline })(scored(...movedScores)),
          await contrast(reward, plain, { baseline })(scored(...scores)),
        );
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("contrast() with a table of zeros gives the bits of the reward itself", async () => {
  const table = await zeroTable(await fakeTable([[1, 2, 3]]));
  const contrastive = contrast(reward, table);
  const bits = (values: Float32Array) => new Uint32Array(values.buffer);
  await fc.assert(fc.asyncProperty(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true })), async (scores) => {
    const episodes = scores.map((score) => ({ promptId: "0", prompt: "0", score }));
    assertEquals(bits(await contrastive(episodes)), bits(await reward(episodes)));
  }));
});

Deno.test("contrast() has an id that names reward, table and baseline", async () => {
  const [a, b] = [await fakeTable([[1, 2]]), await fakeTable([[1, 3]])];
  const ids = [contrast(reward, a), contrast(reward, b), contrast(reward, a, { baseline: "max" })].map(({ id }) => id);
  assertEquals(new Set([...ids, reward.id]).size, 4);
  assertEquals(contrast(reward, await fakeTable([[1, 2]])).id, ids[0]);
  assertNotEquals(contrast(reward, await zeroTable(a)).id, ids[0]);
});

Deno.test("contrast() refuses another reward's table, and one without the responses it needs, before any episode", async () => {
  const table = await fakeTable([[1, 2]]);
  const other = Object.assign(reward.bind(null), { id: "other" });
  assertThrows(
    () => contrast(other, table),
    RangeError,
    'Expected the reward that the table was scored with, "reward", but found "other"',
  );
  assertThrows(() => contrast(reward, table, { baseline: "greedy" }), RangeError, "a greedy response");
});

Deno.test("contrast() refuses unknown prompts before it scores, and scores that are no numbers or too few", async () => {
  const table = await fakeTable([[1, 2], [3, 4]]);
  let calls = 0;
  const counting = Object.assign((episodes: readonly Scored[]) => (calls++, reward(episodes)), { id: "reward" });
  await assertRejects(() => contrast(counting, table)(scored(1, 2, 3)), RangeError, 'a baseline for prompt "2"');
  const renamed = [{ promptId: "1", prompt: "one", score: 1 }];
  await assertRejects(() => contrast(counting, table)(renamed), RangeError, "another text");
  assertEquals(calls, 0);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const problem = `a finite reward for the response to prompt "1" but found ${bad}`;
    await assertRejects(() => contrast(reward, table)(scored(1, bad)), RangeError, problem);
  }
  const short = Object.assign(() => Promise.resolve(Float32Array.of(1)), { id: "reward" });
  await assertRejects(() => contrast(short, table)(scored(1, 2)), RangeError, "each of 2 episodes but found 1");
});
