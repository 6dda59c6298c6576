/** What stands in the tables of both reports. */
import { estimate, figure, interval, percent, pValue } from "./format.ts";
import type { Comparison } from "./summarise.ts";

/** A column: its heading, and what it says of a comparison. */
export interface Column {
  /** Its heading. */
  readonly head: string;
  /** A cell. */
  readonly cell: (comparison: Comparison) => string;
}

/** Shares of the valid verdicts: NaN if there is none. */
export function sharesOf({ win, tie, lose }: Comparison): { win: number; tie: number; lose: number } {
  const valid = win + tie + lose;
  return { win: win / valid, tie: tie / valid, lose: lose / valid };
}

/** All verdicts of a comparison. */
export function verdictsOf({ win, tie, lose, invalid }: Comparison): number {
  return win + tie + lose + invalid;
}

/** Who won: the paper's table, with what one must know beside it. */
export const outcome: readonly Column[] = [
  { head: "win", cell: (pair) => `${percent(sharesOf(pair).win)} (${pair.win})` },
  { head: "tie", cell: (pair) => `${percent(sharesOf(pair).tie)} (${pair.tie})` },
  { head: "lose", cell: (pair) => `${percent(sharesOf(pair).lose)} (${pair.lose})` },
  { head: "invalid", cell: (pair) => `${percent(pair.invalidRate)} (${pair.invalid})` },
  { head: "win rate, prompts drawn anew", cell: ({ rate }) => estimate(rate) },
  { head: "Wilson", cell: ({ wilson }) => Number.isFinite(wilson.mean) ? interval(wilson) : "–" },
  { head: "if invalid had been lost, won", cell: ({ bounds }) => interval(bounds) },
  { head: "without ties", cell: ({ withoutTies }) => percent(withoutTies) },
  { head: "p, sign test", cell: ({ sign }) => pValue(sign.p) },
  { head: "p, Holm", cell: ({ sign }) => pValue(sign.holm) },
];

/** What may have swayed the judge, and how much the numbers can bear. */
export const conditions: readonly Column[] = [
  {
    head: "same winner in both orders",
    cell: ({ order }) => order.valid > 0 ? `${estimate(order.consistency)} of ${order.valid}` : "–",
  },
  {
    head: "first response wins",
    cell: ({ order }) => order.decided > 0 ? `${estimate(order.firstRate)} of ${order.decided}` : "–",
  },
  {
    head: "win rate at equal length",
    cell: ({ lengthControlled }) => "rate" in lengthControlled ? estimate(lengthControlled.rate) : "none, see below",
  },
  {
    head: "prompts it would take",
    cell: ({ promptsNeeded: needed }) => typeof needed === "number" ? `${needed}` : "–",
  },
  { head: "mean characters", cell: ({ lengths }) => `${figure(lengths.a)} against ${figure(lengths.b)}` },
];
