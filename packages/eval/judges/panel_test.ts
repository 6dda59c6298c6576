import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AskError } from "../ask/ask.ts";
import type { Judge, Verdict, Winner } from "../verdict.ts";
import { panel } from "./panel.ts";

const pair = { promptId: "p", prompt: "?", a: "left", b: "right" };

function member(winner: Winner, id: string): Judge {
  const verdict: Verdict = winner === "invalid" ? { winner, reason: `${id} said nothing` } : { winner };
  return { id, compare: () => Promise.resolve(verdict) };
}

const vote = (...winners: Winner[]) => panel(winners.map((winner, i) => member(winner, `j${i}`))).compare(pair);

Deno.test("panel() goes with more than half of those that decide, and else calls it a tie", async () => {
  const cases: [Winner[], Winner][] = [
    [["a"], "a"],
    [["a", "a", "b"], "a"],
    [["b", "tie", "b"], "b"],
    [["a", "b"], "tie"],
    [["a", "a", "b", "b", "tie"], "tie"],
    [["a", "tie", "tie"], "tie"],
    [["a", "a", "b", "tie", "tie"], "tie"], // more for a than for b, but no majority
    [["a", "b", "tie"], "tie"],
    [["a", "a", "invalid"], "a"],
    [["a", "b", "invalid"], "tie"],
    [["a", "a", "b", "invalid"], "a"],
  ];
  for (const [winners, winner] of cases) {
    const members = Object.fromEntries(winners.map((winner, i) => [`j${i}`, winner]));
    assertEquals(await vote(...winners), { winner, members } as Verdict);
  }
});

Deno.test("panel() gives no verdict when half of its members or more give none, and says who", async () => {
  assertEquals(await vote("a", "invalid"), {
    winner: "invalid",
    reason: "Expected verdicts of more than half but found 1 of 2 invalid: j1: j1 said nothing",
    members: { j0: "a", j1: "invalid" },
  });
  assertEquals((await vote("invalid", "a", "invalid")).winner, "invalid");
  assertEquals((await vote("invalid")).winner, "invalid");
});

Deno.test("panel() knows no order of its members, and gives one side what it takes from the other", async () => {
  const swap = { a: "b", b: "a", tie: "tie", invalid: "invalid" } as const;
  const winners = fc.array(fc.constantFrom("a", "b", "tie", "invalid"), { minLength: 1, maxLength: 7 });
  await fc.assert(fc.asyncProperty(winners, async (winners) => {
    const { winner } = await vote(...winners);
    assertEquals((await vote(...winners.toReversed())).winner, winner);
    assertEquals((await vote(...winners.map((winner) => swap[winner]))).winner, swap[winner]);
  }));
});

Deno.test("panel() rejects with what makes a member reject, and tells the others to stop", async () => {
  const signals: AbortSignal[] = [];
  const spy: Judge = {
    id: "spy",
    compare(_, signal) {
      signals.push(signal!);
      return Promise.resolve({ winner: "a" });
    },
  };
  const broken: Judge = { id: "broken", compare: () => Promise.reject(new AskError("No such model", "fatal")) };
  await assertRejects(() => panel([spy, broken]).compare(pair), AskError, "No such model");
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
});

Deno.test("panel() refuses to have no members, or two of one id", () => {
  assertThrows(() => panel([]), RangeError, "found none");
  assertThrows(() => panel([member("a", "x"), member("b", "x")]), TypeError, 'found "x" twice');
  assertEquals(panel([member("a", "x")], { id: "mine" }).id, "mine");
});
