/** How often two raters say the same. */
import type { BootstrapOptions } from "./bootstrap.ts";
import { boundedMean } from "./bounded_mean.ts";
import type { Interval } from "./interval.ts";
import type { Outcome } from "./overlap.ts";

/** Shares of comparisons in which both said the same; each is absent where there was nothing to compare. */
export interface Same {
  /** How many comparisons there were. */
  readonly compared: number;
  /** Share with ties, clustered by prompt: a tie agrees with a tie alone. */
  readonly withTies?: Interval;
  /** How many comparisons had no tie on either side. */
  readonly decided: number;
  /** Share of those: FastChat's "without tie". */
  readonly withoutTies?: Interval;
}

/** What two raters said of an item. */
export interface Compared {
  /** Names the prompt. */
  readonly promptId: string;
  /** What one said. */
  readonly one: Outcome;
  /** What the other said. */
  readonly two: Outcome;
}

/** Counts them. */
export function sameOf(pairs: readonly Compared[], options: BootstrapOptions): Same {
  const decided = pairs.filter(({ one, two }) => one !== "tie" && two !== "tie");
  return {
    compared: pairs.length,
    ...pairs.length > 0 && { withTies: share(pairs, options) },
    decided: decided.length,
    ...decided.length > 0 && { withoutTies: share(decided, options) },
  };
}

function share(pairs: readonly Compared[], options: BootstrapOptions): Interval {
  return boundedMean(pairs.map(({ one, two }) => one === two ? 1 : 0), pairs.map(({ promptId }) => promptId), options);
}
