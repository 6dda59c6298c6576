/** What the order of two responses does to a judge. */
import type { Verdict } from "../verdict.ts";
import { type Interval, unknownShare } from "./interval.ts";
import { wilson } from "./wilson.ts";

/** How far a judge is swayed by which response stands first. */
export interface OrderEffect {
  /** Pairs that were asked in both orders. */
  readonly pairs: number;
  /** Those of them whose two games are both valid. */
  readonly valid: number;
  /** Those of the valid ones whose two games name the same winner; twice a tie is the same. */
  readonly consistent: number;
  /** consistent / valid with Wilson's interval; NaN within 0 to 1 if no pair is valid. */
  readonly consistency: Interval;
  /** Games with a winner: no tie, and valid. */
  readonly decided: number;
  /** Those of them that the response which stood first won. */
  readonly first: number;
  /** first / decided with Wilson's interval, ½ for a judge whom the order does not sway; NaN within 0 to 1 if none is decided. */
  readonly firstRate: Interval;
}

/**
 * Counts what changed when the responses changed places.
 *
 * Consistency is a share of pairs that have a valid game in each order: failures are no inconsistency, they are in the invalid
 * rate. Verdicts without games, as of people, count in nothing. Wilson's interval of the first-position rate takes games for
 * independent: the two of a pair are not, so for a judge who goes by content it is too wide, for one who goes by order alone
 * too narrow.
 *
 * @param verdicts A judge's, with the games that they stand on.
 * @returns Counts and shares, all of them from 0 to 1.
 *
 * @example Usage
 * ```ts
 * import { orderEffect } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const { consistency, firstRate } = orderEffect([
 *   { winner: "tie", games: [{ first: "a", winner: "a" }, { first: "b", winner: "b" }] }, // whoever stood first
 *   { winner: "a", games: [{ first: "a", winner: "a" }, { first: "b", winner: "a" }] },
 * ]);
 * assertEquals(consistency.mean, 1 / 2);
 * assertEquals(firstRate.mean, 3 / 4);
 * ```
 */
export function orderEffect(verdicts: readonly Verdict[]): OrderEffect {
  let [pairs, valid, consistent, decided, first] = [0, 0, 0, 0, 0];
  for (const { games = [] } of verdicts) {
    for (const game of games) {
      if (game.winner !== "a" && game.winner !== "b") continue;
      decided++;
      if (game.winner === game.first) first++;
    }
    const [one, two] = [games.find(({ first }) => first === "a"), games.find(({ first }) => first === "b")];
    if (!one || !two) continue;
    pairs++;
    if (one.winner === "invalid" || two.winner === "invalid") continue;
    valid++;
    if (one.winner === two.winner) consistent++;
  }
  return {
    ...{ pairs, valid, consistent },
    consistency: valid > 0 ? wilson(consistent, valid) : unknownShare,
    ...{ decided, first },
    firstRate: decided > 0 ? wilson(first, decided) : unknownShare,
  };
}
