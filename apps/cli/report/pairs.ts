/** Two policies of a comparison, from the side of either. */
import type { Estimate } from "@tare/contrastive";
import type { ComparedPair, Comparison } from "./sources/comparison.ts";

/** The pair of two policies by a measure, the first one's side. */
export function pairOf({ pairs }: Comparison, a: string, b: string, by: string): ComparedPair | undefined {
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
