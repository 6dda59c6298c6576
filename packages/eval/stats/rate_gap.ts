/** How far apart the win rates of a judge and of people are. */
import { groupBy } from "../group_by.ts";
import type { BootstrapOptions } from "./bootstrap.ts";
import { boundedMean } from "./bounded_mean.ts";
import type { Interval } from "./interval.ts";
import type { Overlap } from "./overlap.ts";
import { pointsOf } from "./win_rate.ts";

/** Win rates of two policies on the items that both the judge and people decided. */
export interface RateGap {
  /** The policy whose rates these are: of the two names the smaller one. */
  readonly a: string;
  /** The other. */
  readonly b: string;
  /** How many prompts. */
  readonly prompts: number;
  /** Adjusted win rate of `a` by the judge. */
  readonly judge: number;
  /** By people; each item counts once, with the mean of its votes. */
  readonly people: number;
  /** judge − people, from −1 to 1, with a bootstrap interval clustered by prompt. */
  readonly gap: Interval;
}

/** The gap of every two policies, by their names. */
export function rateGaps(items: readonly Overlap[], options: BootstrapOptions): RateGap[] {
  const groups = [...groupBy(items, ({ a, b }) => JSON.stringify([a, b]))].sort(([x], [y]) => x < y ? -1 : 1);
  return groups.map(([, group]) => {
    const judge = group.map((item) => pointsOf[item.judge]);
    const people = group.map((item) => mean(item.people.map((outcome) => pointsOf[outcome])));
    return {
      ...{ a: group[0]!.a, b: group[0]!.b, prompts: group.length },
      ...{ judge: mean(judge), people: mean(people) },
      gap: boundedMean(
        judge.map((points, i) => points - people[i]!),
        group.map(({ promptId }) => promptId),
        options,
        -1,
      ),
    };
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
