/** What stands in the tables of both reports. */
import { estimate, figure, interval, percent, pValue } from "./format.ts";
import type { WinRate } from "../stats/win_rate.ts";
import type { Comparison } from "./comparison.ts";

/** A column: its heading, and what it says of a comparison. */
export interface Column {
  /** Its heading. */
  readonly head: string;
  /** A cell. */
  readonly cell: (comparison: Comparison) => string;
}

/** Shares of the valid verdicts: NaN if there is none. */
export function sharesOf({ win, tie, lose }: WinRate): { win: number; tie: number; lose: number } {
  const valid = win + tie + lose;
  return { win: win / valid, tie: tie / valid, lose: lose / valid };
}

/** All verdicts of a comparison. */
export function verdictsOf({ win, tie, lose, invalid }: WinRate): number {
  return win + tie + lose + invalid;
}

/** Who won: the paper's table, with what one must know beside it. */
export const outcome: readonly Column[] = [
  { head: "win", cell: (pair) => `${percent(sharesOf(pair).win)} (${pair.win})` },
  { head: "tie", cell: (pair) => `${percent(sharesOf(pair).tie)} (${pair.tie})` },
  { head: "lose", cell: (pair) => `${percent(sharesOf(pair).lose)} (${pair.lose})` },
  { head: "win rate", cell: ({ rate }) => estimate(rate) },
  { head: "p, sign test", cell: ({ sign }) => pValue(sign.p) },
  { head: "p, Holm", cell: ({ sign }) => pValue(sign.holm) },
  { head: "invalid", cell: (pair) => `${percent(pair.invalidRate)} (${pair.invalid})` },
];

/** The same, seen in other ways. */
export const otherWays: readonly Column[] = [
  { head: "Wilson’s interval", cell: ({ wilson }) => Number.isFinite(wilson.mean) ? interval(wilson) : "–" },
  { head: "without ties", cell: ({ withoutTies }) => percent(withoutTies) },
  { head: "had all invalid been lost, or won", cell: ({ bounds, invalid }) => invalid > 0 ? interval(bounds) : "–" },
  {
    head: "at equal length",
    cell: ({ lengthControlled }) => "rate" in lengthControlled ? estimate(lengthControlled.rate) : "–",
  },
  {
    head: "prompts it would take",
    cell: ({ promptsNeeded: needed }) => typeof needed === "number" ? `${needed}` : "–",
  },
];

/** What may have swayed the judge. */
export const conditions: readonly Column[] = [
  {
    head: "same winner in both orders",
    cell: ({ order }) => order.valid > 0 ? `${estimate(order.consistency)} of ${order.valid}` : "–",
  },
  {
    head: "first response wins",
    cell: ({ order }) => order.decided > 0 ? `${estimate(order.firstRate)} of ${order.decided}` : "–",
  },
  { head: "mean characters", cell: ({ lengths }) => `${figure(lengths.a)} against ${figure(lengths.b)}` },
];
