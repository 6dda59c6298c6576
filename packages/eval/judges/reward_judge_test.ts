import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Pair } from "../verdict.ts";
import { rewardJudge, type RewardRow } from "./reward_judge.ts";
import { scoreJudge } from "./score_judge.ts";

const pairs = ["a b", "cc c", "d ddd", "e e", "NaN f"].map((text, i): Pair => {
  const [a, b] = text.split(" ") as [string, string];
  return { promptId: `${i}`, prompt: `p${i}`, a, b };
});
const scoreOne = (_: string, response: string) =>
  response === "NaN" ? NaN : response.length + response.charCodeAt(0) / 7;
const responses = (rows: readonly RewardRow[]) => rows.map(({ response }) => response);

/** Scores, and keeps what each call was given. */
function recorder(fails: (rows: readonly RewardRow[]) => boolean = () => false) {
  const calls: string[][] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const score = async (rows: readonly RewardRow[], signal?: AbortSignal) => {
    calls.push(responses(rows));
    signals.push(signal);
    await Promise.resolve();
    if (fails(rows)) throw new Error("out of memory");
    return Float64Array.from(rows, ({ prompt, response }) => scoreOne(prompt, response));
  };
  return { calls, signals, score };
}

Deno.test("rewardJudge() scores what is asked for in one turn together, in order, at most batch rows a call", async () => {
  const { calls, score } = recorder();
  const judge = rewardJudge({ id: "rm", score, batch: 4 });
  const verdicts = await Promise.all(pairs.map((pair) => judge.compare(pair)));
  assertEquals(calls, [["a", "b", "cc", "c"], ["d", "ddd", "e", "e"], ["NaN", "f"]]);
  assertEquals(verdicts.map(({ winner }) => winner), ["b", "a", "b", "tie", "invalid"]);
  const later = async (pair: Pair, ticks: number) => {
    while (ticks-- > 0) await null;
    return judge.compare(pair);
  };
  await Promise.all([later(pairs[0]!, 0), later(pairs[1]!, 9)]); // still the same turn
  assertEquals(calls.slice(3), [["a", "b", "cc", "c"]]);
  assertEquals(judge.id, "rm");
});

Deno.test("rewardJudge() decides as scoreJudge() does one by one", async () => {
  const response = fc.constantFrom("", "a", "b", "aa", "ab", "NaN");
  const asked = fc.array(fc.tuple(response, response), { maxLength: 9 });
  const run = async (asked: [string, string][], batch: number, tie: number) => {
    const judge = rewardJudge({ id: "rm", score: recorder().score, batch, tie });
    const one = scoreJudge({ id: "rm", score: scoreOne, tie });
    const compared = asked.map(([a, b]) => ({ promptId: "", prompt: "", a, b }));
    assertEquals(
      await Promise.all(compared.map((pair) => judge.compare(pair))),
      await Promise.all(compared.map((pair) => one.compare(pair))),
    );
  };
  await fc.assert(fc.asyncProperty(asked, fc.integer({ min: 1, max: 7 }), fc.constantFrom(0, 0.5), run), {
    numRuns: 40, // each waits for timers
  });
});

Deno.test("rewardJudge() collects what is asked for while a call runs, and calls once at a time", async () => {
  const { calls, score } = recorder();
  let [running, most] = [0, 0];
  const late: Promise<unknown>[] = [];
  const judge = rewardJudge({
    id: "rm",
    async score(rows) {
      most = Math.max(most, ++running);
      if (late.length === 0) late.push(judge.compare(pairs[1]!), judge.compare(pairs[2]!));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return score(rows);
    },
  });
  await judge.compare(pairs[0]!);
  await Promise.all(late);
  assertEquals([calls, most], [[["a", "b"], ["cc", "c", "d", "ddd"]], 1]);
});

Deno.test("rewardJudge() rejects what had a row in the call that failed, and nothing else", async () => {
  const { calls, score } = recorder((rows) => responses(rows).includes("ddd"));
  const judge = rewardJudge({ id: "rm", score, batch: 3 });
  const settled = await Promise.allSettled(pairs.slice(0, 4).map((pair) => judge.compare(pair)));
  assertEquals(calls.map((call) => call.length), [3, 3, 2]);
  assertEquals(settled.map(({ status }) => status), ["fulfilled", "rejected", "rejected", "fulfilled"]);
  assertEquals((await judge.compare(pairs[0]!)).winner, "b"); // and goes on
  const short = rewardJudge({ id: "rm", score: () => Promise.resolve([1]) });
  await assertRejects(() => short.compare(pairs[0]!), RangeError, "Expected 2 scores of rm but found 1");
});

Deno.test("rewardJudge() scores nothing for those who left, and hands on a signal that all share", async () => {
  const { calls, signals, score } = recorder();
  const judge = rewardJudge({ id: "rm", score });
  const [one, other] = [new AbortController(), new AbortController()];
  const left = judge.compare(pairs[0]!, one.signal);
  const stays = judge.compare(pairs[1]!, other.signal);
  one.abort(new Error("enough"));
  await assertRejects(() => left, Error, "enough");
  await stays;
  assertEquals([calls, signals], [[["cc", "c"]], [other.signal]]);
  await Promise.all([judge.compare(pairs[0]!, other.signal), judge.compare(pairs[1]!)]);
  assertEquals(signals.at(-1), undefined);
});

Deno.test("rewardJudge() refuses a batch and a tie that make no sense", () => {
  const { score } = recorder();
  for (const batch of [0, 1.5, NaN]) {
    assertThrows(() => rewardJudge({ id: "rm", score, batch }), RangeError, `${batch}`);
  }
  assertThrows(() => rewardJudge({ id: "rm", score, tie: -1 }), RangeError, "found -1");
});
