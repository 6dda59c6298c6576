/** Means of numbers that have bounds, such as shares: never certain. */
import type { BootstrapOptions } from "./bootstrap.ts";
import { clusteredMean } from "./clustered_mean.ts";
import type { Interval } from "./interval.ts";
import { wilson } from "./wilson.ts";

/**
 * The mean with a 95 % bootstrap interval clustered by prompt; where all prompts agree, with room for those that were not met.
 *
 * @param values Numbers from `least` to 1.
 * @param prompts The prompt of each, in the same order.
 * @param options Rounds and seed.
 * @param least The least that a number can be.
 */
export function boundedMean(
  values: readonly number[],
  prompts: readonly string[],
  options: Omit<BootstrapOptions, "level">,
  least = 0,
): Interval {
  const found = clusteredMean(values, prompts, { ...options, level: 0.95 });
  return found.low < found.high ? found : unseen(found.mean, new Set(prompts).size, least);
}

/**
 * The interval of a mean that is the same for all of n prompts: of the opposite kind may be as large a share as Wilson's
 * interval of 0 in n has.
 *
 * @param mean The mean.
 * @param n Prompts.
 * @param least The least that it could be; 1 is the most.
 */
export function unseen(mean: number, n: number, least = 0): Interval {
  const share = wilson(0, n).high;
  return { mean, low: mean - share * (mean - least), high: mean + share * (1 - mean) };
}
