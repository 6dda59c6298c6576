import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Game, Verdict, Winner } from "../verdict.ts";
import { mirrored } from "./fakes.ts";
import { orderEffect } from "./order_effect.ts";
import { wilson } from "./wilson.ts";

/** A pair that was asked in both orders: who won when A stood first, and when B did. */
function asked(one: Winner, two: Winner): Verdict {
  const games: Game[] = [{ first: "a", winner: one }, { first: "b", winner: two }];
  return one === two && one !== "invalid" ? { winner: one, games } : { winner: "tie", games };
}

Deno.test("orderEffect() of a judge who takes the first one: consistency 0, first rate 1", () => {
  const effect = orderEffect(Array.from({ length: 50 }, () => asked("a", "b")));
  assertEquals([effect.pairs, effect.consistent, effect.decided, effect.first], [50, 0, 100, 100]);
  assertEquals(effect.consistency, wilson(0, 50));
  assertEquals(effect.firstRate, wilson(100, 100));
});

Deno.test("orderEffect() of a judge who goes by content: consistency 1, first rate ½", () => {
  const effect = orderEffect([asked("a", "a"), asked("b", "b"), asked("tie", "tie"), asked("a", "a")]);
  assertEquals([effect.consistency.mean, effect.firstRate.mean, effect.decided], [1, 0.5, 6]);
});

Deno.test("orderEffect() takes an invalid game for no inconsistency, and the other game of its pair for one", () => {
  const effect = orderEffect([asked("a", "invalid"), asked("a", "tie"), asked("b", "b")]);
  assertEquals([effect.pairs, effect.valid, effect.consistent], [3, 2, 1]);
  assertEquals([effect.decided, effect.first], [4, 3]);
});

Deno.test("orderEffect() knows nothing of verdicts without games, nor of one order alone how consistent it is", () => {
  const unknown = { mean: NaN, low: 0, high: 1 };
  const none = orderEffect([{ winner: "a" }, { winner: "b" }]);
  assertEquals([none.pairs, none.decided], [0, 0]);
  assertEquals([none.consistency, none.firstRate], [unknown, unknown]);
  const once = orderEffect([{ winner: "a", games: [{ first: "b", winner: "a" }] }]);
  assertEquals([once.pairs, once.firstRate.mean, once.consistency], [0, 0, unknown]);
});

Deno.test("orderEffect() has the same bits when all pairs change sides, or come in another order; its counts add up", () => {
  const winner = fc.constantFrom<Winner>("a", "b", "tie", "invalid");
  fc.assert(fc.property(fc.array(fc.tuple(winner, winner), { maxLength: 40 }), (games) => {
    const verdicts = games.map(([one, two]) => asked(one, two));
    const effect = orderEffect(verdicts);
    assertEquals(orderEffect(verdicts.map(mirrored)), effect);
    assertEquals(orderEffect(verdicts.toReversed()), effect);
    assertEquals(effect.pairs, games.length);
    assertEquals(effect.valid, games.filter((game) => !game.includes("invalid")).length);
    assertEquals(effect.decided, games.flat().filter((winner) => winner === "a" || winner === "b").length);
    if (effect.decided > 0) assertAlmostEquals(effect.firstRate.mean * effect.decided, effect.first, 1e-9);
  }));
});
