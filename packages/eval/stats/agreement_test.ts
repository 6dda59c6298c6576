import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Winner } from "../verdict.ts";
import { agreement, type AgreementOptions, type JudgeAgreement } from "./agreement.ts";
import { mirrored, uniforms } from "./fakes.ts";
import type { Vote } from "./overlap.ts";

function found(judge: readonly Vote[], people: readonly Vote[], options?: AgreementOptions): JudgeAgreement {
  const result = agreement(judge, people, { rounds: 200, ...options });
  assert("kappa" in result, JSON.stringify(result));
  return result;
}

/** Decisions of a rater on prompts 0, 1, 2 and so on. */
function rated(judge: string, winners: readonly Winner[], [a, b] = ["x", "y"]): Vote[] {
  return winners.map((winner, i) => ({ judge, promptId: `${i}`, a: a!, b: b!, winner }));
}

const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);
const swap = (vote: Vote): Vote => ({ ...mirrored(vote as Vote & { winner: "a" }), a: vote.b, b: vote.a });

// The known table of Cohen's κ: rows are the judge's a, tie, b.
const table = [[20, 2, 3], [4, 5, 3], [2, 1, 25]] as const;
const letters = ["a", "tie", "b"] as const;
const judged = rated("j", table.flatMap((row, i) => row.flatMap((count) => times(count, letters[i]!))));
const voted = rated("p", table.flatMap((row) => row.flatMap((count, j) => times(count, letters[j]!))));

Deno.test("agreement() counts a known table: shares with and without ties, κ, and the gap of the rates", () => {
  const { judge, people, confusion, kappa, gaps, prompts, items } = found(judged, voted);
  assertEquals([prompts, items, judge.compared, judge.decided], [65, 65, 65, 50]);
  assertAlmostEquals(judge.withTies!.mean, 50 / 65, 1e-12);
  assertAlmostEquals(judge.withoutTies!.mean, 45 / 50, 1e-12);
  assertEquals(confusion, { a: { a: 20, tie: 2, b: 3 }, tie: { a: 4, tie: 5, b: 3 }, b: { a: 2, tie: 1, b: 25 } });
  assertAlmostEquals(kappa.value!, 0.6265799, 1e-7);
  assertEquals(people, { compared: 0, decided: 0 });
  const [gap] = gaps;
  assertAlmostEquals(gap!.judge, (25 + 6) / 65, 1e-12);
  assertAlmostEquals(gap!.people, (26 + 4) / 65, 1e-12);
  assertAlmostEquals(gap!.gap.mean, 1 / 65, 1e-12);
  assert(gap!.gap.low < 0 && gap!.gap.high > 0);
});

Deno.test("agreement() takes the judge against each vote, and people against each other", () => {
  const judge = rated("j", times(30, "a"));
  const people = [...rated("ann", times(30, "a")), ...rated("bob", times(30, "b")), ...rated("cy", times(30, "tie"))];
  const result = found(judge, people);
  assertEquals([result.judge.compared, result.judge.decided], [90, 60]);
  assertAlmostEquals(result.judge.withTies!.mean, 1 / 3, 1e-12);
  assertEquals(result.judge.withoutTies!.mean, 0.5);
  assertEquals([result.people.compared, result.people.decided, result.people.withTies!.mean], [90, 30, 0]);
  assertEquals(result.gaps[0]!.people, 0.5);
});

Deno.test("agreement() turns rows round that name the policies in the other order", () => {
  const result = found(judged, voted);
  assertEquals(found(judged, voted.map(swap)), result);
  assertEquals(found(judged.map((vote, i) => i % 2 ? swap(vote) : vote), voted), result);
});

Deno.test("agreement() has the same bits in any order of rows, and from the other side; counts add up", () => {
  const winner = fc.constantFrom<Winner>("a", "b", "tie", "invalid");
  const rows = fc.array(fc.tuple(winner, winner, winner), { minLength: 1, maxLength: 30 });
  const settings = { leastPrompts: 1, rounds: 20 };
  fc.assert(
    fc.property(rows, (rows) => {
      const judge = rated("j", rows.map(([one]) => one));
      const people = [...rated("p", rows.map(([, two]) => two)), ...rated("q", rows.map(([, , three]) => three))];
      const ours = agreement(judge, people, settings);
      assertEquals(agreement(judge.toReversed(), people.toReversed(), settings), ours);
      const rename = (vote: Vote) => ({ ...vote, a: "z", b: "y" }); // now b is the smaller name
      const theirs = agreement(judge.map(rename), people.map(rename), settings);
      if (!("kappa" in ours) || !("kappa" in theirs)) return assertEquals(theirs, ours);
      for (const part of ["judge", "people", "kappa", "nominal", "ordinal", "invalid", "unmatched"] as const) {
        assertEquals(theirs[part], ours[part]);
      }
      assertEquals(theirs.confusion.a, { a: ours.confusion.b.b, tie: ours.confusion.b.tie, b: ours.confusion.b.a });
      assertAlmostEquals(theirs.gaps[0]!.gap.mean, -ours.gaps[0]!.gap.mean, 1e-12);
      assertEquals(ours.invalid.judge + ours.unmatched.judge + ours.items, judge.length);
      assertEquals(ours.invalid.people + ours.unmatched.people + ours.judge.compared, people.length);
    }),
    { numRuns: 50 },
  );
});

Deno.test("agreement() sees a judge who agrees mostly and still favours one policy", () => {
  const draw = uniforms(2);
  const winners = Array.from({ length: 400 }, (): Winner => draw() < 0.5 ? "a" : "b");
  const biased = winners.map((winner): Winner => winner === "b" && draw() < 0.3 ? "a" : winner);
  const { judge, gaps } = found(rated("j", biased), rated("p", winners));
  assert(judge.withTies!.mean > 0.8 && gaps[0]!.gap.low > 0.1, JSON.stringify(gaps));
});

Deno.test("agreement() reports a gap for each two policies, on the items that both decided", () => {
  const judge = [...judged, ...rated("j", times(10, "a"), ["x", "z"]), ...rated("j", times(3, "a"), ["y", "z"])];
  const people = [...voted, ...rated("p", times(10, "a"), ["z", "x"])];
  const { gaps, unmatched } = found(judge, people);
  assertEquals(gaps.map(({ a, b, prompts }) => [a, b, prompts]), [["x", "y", 65], ["x", "z", 10]]);
  assertEquals([gaps[1]!.judge, gaps[1]!.people], [1, 0]);
  assertEquals(unmatched, { judge: 3, people: 0 });
});

Deno.test("agreement() is not certain where all agree, and has no κ or α where there is one outcome", () => {
  const { judge, kappa, nominal, ordinal, gaps } = found(rated("j", times(30, "a")), rated("p", times(30, "a")));
  assert(judge.withTies!.mean === 1 && judge.withTies!.low < 0.9);
  assertEquals([kappa.value, nominal.value, ordinal.value], [null, null, null]);
  assert(gaps[0]!.gap.low < -0.1 && gaps[0]!.gap.high > 0.1);
});

Deno.test("agreement() refuses few prompts with a reason, and rows that decide an item twice", () => {
  const result = agreement(judged.slice(0, 29), voted);
  assert(
    "refused" in result && result.refused.startsWith("Expected 30 prompts or more") && result.refused.includes("29"),
  );
  assert("refused" in agreement([], []));
  assertThrows(
    () => agreement(judged, [...voted, swap(voted[0]!)]),
    RangeError,
    "several of p on 0, x and y: keep the last",
  );
  assertThrows(() => agreement([...judged, ...rated("k", ["a"])], voted), RangeError, "but found j, k");
});
