/** How far a judge agrees with people, and people with each other. */
import { krippendorffAlpha } from "./alpha.ts";
import type { BootstrapOptions } from "./bootstrap.ts";
import type { Coefficient } from "./coefficient.ts";
import { cohenKappa, type Kappa } from "./kappa.ts";
import { type Both, type Outcome, overlapOf, type Vote } from "./overlap.ts";
import { type RateGap, rateGaps } from "./rate_gap.ts";
import { type Same, sameOf } from "./same.ts";
import { pointsOf } from "./win_rate.ts";

/** What {@linkcode agreement} may be told. */
export interface AgreementOptions extends Omit<BootstrapOptions, "level"> {
  /** Fewer prompts than these are refused. @default {30} */
  readonly leastPrompts?: number;
}

/** How far a judge and people agree on the items that both decided. */
export interface JudgeAgreement {
  /** Prompts of the overlap. */
  readonly prompts: number;
  /** Its items: two policies on a prompt. */
  readonly items: number;
  /** The judge against each single vote. */
  readonly judge: Same;
  /** Each two people against each other, where several voted on an item. */
  readonly people: Same;
  /** How often the judge said the first and a person the second, with `a` the policy of the smaller name. */
  readonly confusion: Readonly<Record<Outcome, Readonly<Record<Outcome, number>>>>;
  /** Cohen's κ of that table. */
  readonly kappa: Kappa;
  /** Krippendorff's α with the judge as one rater among the people, outcomes being the same or not. */
  readonly nominal: Coefficient;
  /** The same with b < tie < a. */
  readonly ordinal: Coefficient;
  /** How far their win rates are apart, for each two policies. */
  readonly gaps: readonly RateGap[];
  /** Verdicts and votes that are invalid. */
  readonly invalid: Both;
  /** Valid ones on items that the other side did not decide. */
  readonly unmatched: Both;
}

const outcomes: readonly Outcome[] = ["a", "tie", "b"];

/**
 * Compares a judge with people on the items that both decided: the same prompt and the same two policies, whichever of them
 * is `a` in a row.
 *
 * Agreement and win rates are two questions. A judge may agree with people in most cases and still favour one policy, or agree
 * seldom and favour none: so the gap of the rates stands beside. Agreement of judge and people means little without that of
 * people and people. Shares follow FastChat's rules, and shares of other rules are not to be compared with them.
 *
 * Of three policies or more κ depends a little on which name of two is the smaller one, as letters go by that.
 *
 * @param judgeRows Verdicts of one judge.
 * @param peopleRows Votes of people, one of each on an item.
 * @param options The least number of prompts, rounds and seed.
 * @returns Agreement, or why there is none.
 * @throws {RangeError} If a rater decided an item twice, or `judgeRows` are of several judges.
 *
 * @example Usage
 * ```ts
 * import { agreement } from "@tare/eval";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const prompts = Array.from({ length: 40 }, (_, i) => `${i}`);
 * const judge = prompts.map((promptId, i) =>
 *   ({ judge: "gold", promptId, a: "ppo", b: "sft", winner: i % 4 ? "a" : "b" }) as const);
 * const people = prompts.map((promptId, i) => // the other way round
 *   ({ judge: "ann", promptId, a: "sft", b: "ppo", winner: i % 2 ? "b" : "a" }) as const);
 * const found = agreement(judge, people);
 * assert("kappa" in found);
 * assertEquals(found.judge.withTies?.mean, 0.75);
 * assertEquals(found.kappa.value, 0.5);
 * assertEquals(found.gaps[0]?.gap.mean, 0.25); // the judge favours "ppo"
 * ```
 */
export function agreement(
  judgeRows: readonly Vote[],
  peopleRows: readonly Vote[],
  { leastPrompts = 30, ...options }: AgreementOptions = {},
): JudgeAgreement | { readonly refused: string } {
  if (!(leastPrompts >= 1)) throw new RangeError(`Expected leastPrompts to be 1 or more but found ${leastPrompts}`);
  const { items, ...counts } = overlapOf(judgeRows, peopleRows);
  const prompts = new Set(items.map(({ promptId }) => promptId)).size;
  if (prompts < leastPrompts) {
    return {
      refused:
        `Expected ${leastPrompts} prompts or more that both the judge and people decided but found ${prompts}: ` +
        "ask more people, or judge what they were asked",
    };
  }
  const pairs = items.flatMap(({ promptId, judge, people }) =>
    people.map((vote) => ({ promptId, one: judge, two: vote }))
  );
  const count = (one: Outcome, two: Outcome) => pairs.filter((pair) => pair.one === one && pair.two === two).length;
  const table = outcomes.map((one) => outcomes.map((two) => count(one, two)));
  const units = items.map(({ judge, people }) => [judge, ...people].map((outcome) => pointsOf[outcome]));
  const among = items.flatMap(({ promptId, people }) =>
    people.flatMap((one, i) => people.slice(0, i).map((two) => ({ promptId, one, two })))
  );
  return {
    ...{ prompts, items: items.length },
    judge: sameOf(pairs, options),
    people: sameOf(among, options),
    confusion: { a: named(table[0]!), tie: named(table[1]!), b: named(table[2]!) },
    kappa: cohenKappa(table),
    nominal: krippendorffAlpha(units, "nominal"),
    ordinal: krippendorffAlpha(units, "ordinal"),
    gaps: rateGaps(items, options),
    ...counts,
  };
}

function named(row: readonly number[]): Record<Outcome, number> {
  return { a: row[0]!, tie: row[1]!, b: row[2]! };
}
