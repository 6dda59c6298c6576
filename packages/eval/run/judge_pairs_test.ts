import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Judge, Pair } from "../verdict.ts";
import { judgePairs } from "./judge_pairs.ts";

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
const pairOf = (i: number): Pair => ({ promptId: `${i}`, prompt: "?", a: "a", b: "b" });
const pairs = (count: number) => Array.from({ length: count }, (_, i) => pairOf(i));

/** A judge that takes a while, and knows how many it judges at a time. */
function slowJudge(
  fails: (pair: Pair) => unknown = () => undefined,
): Judge & { most: number; now: number; asked: number } {
  const judge = {
    ...{ id: "slow", most: 0, now: 0, asked: 0 },
    async compare(pair: Pair, signal?: AbortSignal) {
      judge.asked++;
      judge.most = Math.max(judge.most, ++judge.now);
      try {
        await pause(Number(pair.promptId) % 3);
        signal?.throwIfAborted();
        const error = fails(pair);
        if (error) throw error;
        return { winner: Number(pair.promptId) % 2 ? "a" : "b" } as const;
      } finally {
        judge.now--;
      }
    },
  };
  return judge;
}

Deno.test("judgePairs() gives each verdict once, with no more at a time than asked for", async () => {
  async function* source() {
    for (const pair of pairs(50)) {
      if (Number(pair.promptId) % 10 === 0) await pause(1);
      yield pair;
    }
  }
  for (const from of [pairs(50), source()]) {
    const judge = slowJudge();
    const seen: number[] = [];
    for await (const { index, pair, verdict } of judgePairs(judge, from, { concurrency: 7 })) {
      assertEquals([pair, verdict.winner], [pairOf(index), index % 2 ? "a" : "b"]);
      seen.push(index);
    }
    assertEquals(seen.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i));
    assertEquals([judge.most, judge.now], [7, 0]);
  }
  assertEquals(await Array.fromAsync(judgePairs(slowJudge(), [])), []);
});

Deno.test("judgePairs() ends with the judge's error, after the others have stopped", async () => {
  const judge = slowJudge(({ promptId }) => promptId === "20" && new Error("No model"));
  const seen: number[] = [];
  const read = async () => {
    for await (const { index } of judgePairs(judge, pairs(1000), { concurrency: 8 })) seen.push(index);
  };
  await assertRejects(read, Error, "No model");
  assertEquals(judge.now, 0);
  assert(judge.asked < 40 && seen.length >= 10);
});

Deno.test("judgePairs() stops when its reader leaves, and tells the source", async () => {
  const judge = slowJudge();
  let closed = false;
  function* source() {
    try {
      for (let i = 0;; i++) yield pairOf(i);
    } finally {
      closed = true;
    }
  }
  for await (const { index } of judgePairs(judge, source(), { concurrency: 4 })) if (index > 10) break;
  assertEquals([judge.now, closed], [0, true]);
  assert(judge.asked < 40);
});

Deno.test("judgePairs() stops on its signal, also while it waits for pairs", async () => {
  const stop = new AbortController();
  const judge = slowJudge();
  async function* source() {
    yield pairOf(0);
    await new Promise(() => {}); // never another one
  }
  const read = async () => {
    for await (const _ of judgePairs(judge, source(), { signal: stop.signal })) stop.abort(new Error("Enough"));
  };
  await assertRejects(read, Error, "Enough");
  const other = judgePairs(judge, pairs(5), { signal: stop.signal });
  await assertRejects(() => other.next(), Error, "Enough");
  assertEquals(judge.asked, 1);
});

Deno.test("judgePairs() passes on what the source throws", async () => {
  function* source() {
    yield pairOf(0);
    throw new TypeError("No row");
  }
  await assertRejects(() => Array.fromAsync(judgePairs(slowJudge(), source())), TypeError, "No row");
  await assertRejects(() => judgePairs(slowJudge(), [], { concurrency: 0 }).next(), RangeError, "concurrency");
});

Deno.test("judgePairs() takes no pairs that a slow reader has no use for", async () => {
  const judge = slowJudge();
  for await (const { index } of judgePairs(judge, pairs(1000), { concurrency: 3 })) {
    await pause(5);
    assert(judge.asked <= index + 10, `${judge.asked} at ${index}`);
    if (index >= 20) break;
  }
});

Deno.test("judgePairs() tells why it failed rather than what its source says to that", async () => {
  const source = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: pairOf(0) }) as const,
      return: () => {
        throw new TypeError("Cannot close");
      },
    }),
  };
  const judge = slowJudge(() => new Error("No model"));
  await assertRejects(() => Array.fromAsync(judgePairs(judge, source)), Error, "No model");
  const throwing: Judge = {
    id: "throws",
    compare() {
      throw new Error("At once");
    },
  };
  await assertRejects(() => Array.fromAsync(judgePairs(throwing, pairs(3))), Error, "At once");
});
