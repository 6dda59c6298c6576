import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Winner } from "../verdict.ts";
import { type BradleyTerry, bradleyTerry, type BradleyTerryOptions, type Match } from "./bradley_terry.ts";
import { mirrored, uniforms } from "./fakes.ts";
import { winRate } from "./win_rate.ts";

function found(matches: readonly Match[], options?: BradleyTerryOptions): BradleyTerry {
  const result = bradleyTerry(matches, { rounds: 100, ...options });
  assert("policies" in result, JSON.stringify(result));
  return result;
}

/** Matches of two policies with so many wins, ties and losses, each on a prompt of its own number. */
function played(a: string, b: string, ...counts: readonly [win: number, tie: number, lose: number]): Match[] {
  const winners = (["a", "tie", "b"] as const).flatMap((winner, i) => Array<Winner>(counts[i]!).fill(winner));
  return winners.map((winner, i) => ({ promptId: `${i}`, a, b, winner }));
}

const swap = (match: Match): Match => ({
  ...match,
  ...{ a: match.b, b: match.a },
  winner: mirrored(match as { winner: "a" }).winner,
});

const golden = [...played("0", "1", 7, 2, 1), ...played("0", "2", 8, 1, 1), ...played("1", "2", 6, 1, 3)];

Deno.test("bradleyTerry() gives the known strengths and ratings without a ridge", () => {
  const { policies, matches, determined, groups } = found(golden, { ridge: 0 });
  const known = [[1.0504299, 1182.48], [-0.2473545, 957.03], [-0.8030754, 860.49]] as const;
  known.forEach(([strength, rating], i) => {
    assertAlmostEquals(policies[i]!.strength.mean, strength, 1e-6);
    assertAlmostEquals(policies[i]!.rating.mean, rating, 0.005);
  });
  assertEquals([matches, determined, groups], [30, true, [["0", "1", "2"]]]);
});

Deno.test("bradleyTerry() of two policies is the logit of the adjusted win rate", () => {
  const matches = played("x", "y", 23, 10, 12);
  const { policies } = found(matches, { ridge: 0 });
  const { rate } = winRate(matches.map(({ winner }) => ({ winner: winner as "a" })), matches.map((m) => m.promptId));
  const logit = Math.log(rate.mean / (1 - rate.mean));
  assertAlmostEquals(policies[0]!.strength.mean - policies[1]!.strength.mean, logit, 1e-9);
});

Deno.test("bradleyTerry() has the same bits with pairs swapped and matches in another order, and names are only names", () => {
  const match = fc.record({
    promptId: fc.constantFrom("p", "q", "r", "s", "t"),
    pair: fc.constantFrom(["x", "y"], ["x", "z"], ["y", "z"]),
    winner: fc.constantFrom<Winner>("a", "b", "tie", "invalid"),
  });
  fc.assert(
    fc.property(fc.array(match, { minLength: 1, maxLength: 40 }), (list) => {
      const matches = list.map(({ promptId, pair, winner }): Match => ({ promptId, a: pair[0]!, b: pair[1]!, winner }));
      const ours = bradleyTerry(matches, { rounds: 20 });
      assertEquals(bradleyTerry(matches.map(swap).reverse(), { rounds: 20 }), ours);
      const renamed = { x: "z", y: "w", z: "a" };
      const name = (policy: string) => renamed[policy as "x"];
      const theirs = bradleyTerry(matches.map((m) => ({ ...m, a: name(m.a), b: name(m.b) })), { rounds: 20 });
      if (!("policies" in ours) || !("policies" in theirs)) return assertEquals(ours, theirs);
      assertEquals(ours.matches + ours.invalid, matches.length);
      assertEquals(ours.undefeated.flat().map(name).sort(), theirs.undefeated.flat().sort());
      for (const { policy, strength, rank } of ours.policies) {
        const other = theirs.policies.find((rated) => rated.policy === name(policy))!;
        for (const end of ["mean", "low", "high"] as const) {
          assertAlmostEquals(other.strength[end], strength[end], 1e-8);
        }
        assert(rank >= 1 && rank <= ours.policies.length);
      }
      assertAlmostEquals(ours.policies.reduce((sum, { strength }) => sum + strength.mean, 0), 0, 1e-9);
    }),
    { numRuns: 50 },
  );
});

Deno.test("bradleyTerry() reports who never lost and who never won, and without a ridge it refuses", () => {
  const matches = [...played("best", "x", 9, 0, 0), ...played("x", "y", 5, 1, 4), ...played("y", "worst", 7, 0, 0)];
  const { undefeated, winless, determined, policies } = found(matches);
  assertEquals([undefeated, winless, determined], [[["best"]], [["worst"]], false]);
  assert(policies.every(({ strength }) => Number.isFinite(strength.high)));
  const refused = bradleyTerry(matches, { ridge: 0 });
  assert("refused" in refused && refused.refused.includes("sets apart"));
  const tied = [...matches, ...played("best", "worst", 0, 1, 0)]; // a tie closes the chain
  assertEquals(found(tied, { ridge: 0 }).determined, true);
});

Deno.test("bradleyTerry() reports groups that never met", () => {
  const apart = found([...played("a", "b", 3, 0, 2), ...played("c", "d", 1, 0, 4)]);
  const { groups, determined, undefeated, winless } = apart;
  assertEquals([groups, determined, undefeated, winless], [[["a", "b"], ["c", "d"]], false, [], []]);
  assertEquals(found([...played("x", "z", 2, 0, 0), ...played("y", "z", 2, 0, 0)]).groups, [["x", "y", "z"]]); // by z
});

Deno.test("bradleyTerry() has intervals with ends without a ridge too, though a resample may have no loss", () => {
  for (const { strength } of found(played("x", "y", 4, 0, 1), { ridge: 0 }).policies) {
    assert(Math.abs(strength.low) < 6 && Math.abs(strength.high) < 6, JSON.stringify(strength));
  }
});

Deno.test("bradleyTerry() ranks only those apart whose intervals are", () => {
  const draw = uniforms(1);
  const strengths = { best: 1.5, good: 0, same: 0, bad: -1.5 };
  const names = Object.keys(strengths) as (keyof typeof strengths)[];
  const matches = Array.from(
    { length: 300 },
    (_, prompt) =>
      names.flatMap((a, i) =>
        names.slice(0, i).map((b): Match => {
          const chance = 1 / (1 + Math.exp(strengths[b] - strengths[a]));
          return { promptId: `${prompt}`, a, b, winner: draw() < chance ? "a" : "b" };
        })
      ),
  ).flat();
  const { policies } = found(matches, { rounds: 300 });
  assertEquals(policies.map(({ policy, rank }) => [policy, rank]), [["bad", 4], ["best", 1], ["good", 2], ["same", 2]]);
  for (const { policy, strength } of policies) {
    assert(strength.low < strengths[policy as "best"] && strength.high > strengths[policy as "best"], policy);
  }
});

Deno.test("bradleyTerry() refuses nothing valid, a policy against itself and a negative ridge", () => {
  assertEquals(bradleyTerry([]), { refused: "Expected a valid match or more but found none of 0" });
  assertThrows(() => bradleyTerry(played("x", "x", 1, 0, 0)), RangeError, "but found x against itself");
  assertThrows(() => bradleyTerry(golden, { ridge: -1 }), RangeError, "ridge");
});
