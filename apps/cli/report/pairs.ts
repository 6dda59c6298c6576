/** Two policies of a comparison, from the side of either. */
import type { Estimate } from "@tare/contrastive";
import type { ComparedPair, Comparison } from "./sources/comparison.ts";

/** The pair of two policies by a measure, the first one's side. */
export function pairOf(
  { pairs }: Pick<Comparison, "pairs">,
  a: string,
  b: string,
  by: string,
): ComparedPair | undefined {
  const pair = pairs.find((pair) => pair.by === by && [pair.a, pair.b].includes(a) && [pair.a, pair.b].includes(b));
  if (!pair || pair.a === a) return pair;
  const turned = ({ value, low, high }: Estimate, about: number) => ({
    ...{ value: about - value, low: about - high, high: about - low },
  });
  return {
    ...{ ...pair, a, b, win: pair.lose, lose: pair.win, rate: turned(pair.rate, 1) },
    ...pair.difference && { difference: turned(pair.difference, 0) },
  };
}

/** How far the gold of two policies may lie apart by the choice of prompts: of these two, or else of the first two known. */
export function chanceBetween(comparison: Comparison | undefined, a: string, b: string): number | undefined {
  if (!comparison) return undefined;
  const { difference } = pairOf(comparison, a, b, "gold") ??
    comparison.pairs.find(({ by, difference }) => by === "gold" && difference) ?? {};
  return difference && (difference.high - difference.low) / 2;
}

/** How much what compared two policies is worth as a witness, the best first; any other name is a judge that was asked. */
const witnesses: readonly string[] = ["gold", "judge", "", "reward"];

/** By what policies were compared, the most trustworthy first: a reward model that they were trained on comes last. */
export function comparedBy(pairs: readonly ComparedPair[]): string[] {
  const rank = (by: string) => witnesses.indexOf(witnesses.includes(by) ? by : "");
  return [...new Set(pairs.map(({ by }) => by))].sort((one, other) => rank(one) - rank(other));
}

/** Whether anything was decided: a judge may have failed at all of it. */
export function isDecided({ win, tie, lose }: ComparedPair): boolean {
  return win + tie + lose > 0;
}
