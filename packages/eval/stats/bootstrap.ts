/** The bootstrap: how much a number would change had other prompts been drawn. */
import { checkLevel, type Interval } from "./interval.ts";
import { percentile } from "./percentile.ts";
import { randomIntegers } from "./random.ts";

/** How a bootstrap is done. */
export interface BootstrapOptions {
  /** Times that the clusters are drawn anew. @default {2000} */
  readonly rounds?: number;
  /** Equal seeds give equal intervals. @default {0} */
  readonly seed?: number;
  /** Share of repetitions in which the interval should hold the truth. @default {0.95} */
  readonly level?: number;
}

/**
 * The percentile interval of a statistic when whole clusters are drawn with replacement, as many as there are. What belongs
 * together, such as all responses to a prompt, goes into one cluster: responses to one prompt are more alike than others.
 *
 * It knows only what is in the data: clusters that are all alike give an interval without width, and the spread between
 * training runs is not in it. Of few clusters it is too narrow: in 1,500 simulated experiments each, 95 % intervals of a mean
 * held the truth in 84, 92, 93 and 94 % with 5, 10, 30 and 100 normal numbers, and in 71, 80, 89 and 92 % with skewed ones
 * (log-normal, σ = 1).
 *
 * @param clusters How many clusters there are.
 * @param statistic The number of interest, of the clusters with these indices; repeated ones count as often as they come.
 * @param options Rounds, seed and level.
 * @returns The statistic of all clusters, and the interval. Equal arguments give equal bits.
 * @throws {RangeError} If there is no cluster, or a setting makes no sense.
 *
 * @example Usage
 * ```ts
 * import { bootstrap } from "@tare/eval";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const gains = [3, 5, 4, 8, 1, 2, 6, 3];
 * const mean = (chosen: ArrayLike<number>) => Array.from(chosen, (i) => gains[i]!).reduce((a, b) => a + b) / chosen.length;
 * const { mean: gain, low, high } = bootstrap(gains.length, mean, { seed: 1 });
 * assertEquals(gain, 4);
 * assert(low > 2 && high < 6);
 * ```
 */
export function bootstrap(
  clusters: number,
  statistic: (chosen: Uint32Array) => number,
  options?: BootstrapOptions,
): Interval {
  return bootstrapAll(clusters, (chosen) => [statistic(chosen)], options)[0]!;
}

/**
 * The same of several statistics at once, which come from one resample.
 *
 * @param clusters How many clusters there are.
 * @param statistics The numbers of interest, as many each time.
 * @param options Rounds, seed and level.
 * @returns An interval of each.
 */
export function bootstrapAll(
  clusters: number,
  statistics: (chosen: Uint32Array) => ArrayLike<number>,
  { rounds = 2000, seed = 0, level = 0.95 }: BootstrapOptions = {},
): Interval[] {
  if (!Number.isSafeInteger(clusters) || clusters < 1) {
    throw new RangeError(`Expected one cluster or more to draw from but found ${clusters}`);
  }
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new RangeError(`Expected rounds to be an integer of 1 or more but found ${rounds}`);
  }
  checkLevel(level);
  const means = Array.from(statistics(Uint32Array.from({ length: clusters }, (_, i) => i)));
  const found = means.map(() => new Float64Array(rounds));
  const draw = randomIntegers(seed);
  const chosen = new Uint32Array(clusters);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < clusters; i++) chosen[i] = draw(clusters);
    const values = statistics(chosen);
    found.forEach((list, i) => list[round] = values[i]!);
  }
  return means.map((mean, i) => {
    const sorted = found[i]!.sort();
    return { mean, low: percentile(sorted, (1 - level) / 2), high: percentile(sorted, (1 + level) / 2) };
  });
}
