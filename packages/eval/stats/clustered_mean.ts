/** Means of numbers that come in clusters. */
import { bootstrap, type BootstrapOptions } from "./bootstrap.ts";
import type { Interval } from "./interval.ts";

/**
 * The mean of numbers with a bootstrap interval whose clusters are, say, prompts. With fewer than 30 clusters it is too narrow:
 * see {@linkcode bootstrap}.
 *
 * @param values The numbers.
 * @param clusters What each belongs to, in the same order; each its own where all differ.
 * @param options Rounds, seed and level.
 * @returns Mean and interval. The order in which clusters come decides which bits the interval has, no more.
 * @throws {RangeError} If there are no numbers, one is not finite, or there are not as many of both.
 *
 * @example Usage
 * ```ts
 * import { clusteredMean } from "@tare/eval";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const prompts = ["a", "a", "b", "b", "c", "c"];
 * const together = clusteredMean([1, 1, 2, 2, 6, 6], prompts);
 * assertEquals(together.mean, 3);
 * const apart = clusteredMean([1, 1, 2, 2, 6, 6], [1, 2, 3, 4, 5, 6]); // as if six prompts had been asked
 * assert(together.high - together.low > apart.high - apart.low);
 * ```
 */
export function clusteredMean(
  values: ArrayLike<number>,
  clusters: ArrayLike<string | number>,
  options?: BootstrapOptions,
): Interval {
  if (values.length === 0) throw new RangeError("Expected one number or more to take the mean of but found none");
  if (values.length !== clusters.length) {
    throw new RangeError(`Expected a cluster for each of ${values.length} numbers but found ${clusters.length}`);
  }
  const cluster = new Map<string | number, { sum: number; count: number }>();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new RangeError(
        `Expected numbers to take the mean of but found ${values[i]} at ${i}: leave it out or mend it`,
      );
    }
    const { sum, count } = cluster.get(clusters[i]!) ?? { sum: 0, count: 0 };
    cluster.set(clusters[i]!, { sum: sum + values[i]!, count: count + 1 });
  }
  const [sums, counts] = [[...cluster.values()].map(({ sum }) => sum), [...cluster.values()].map(({ count }) => count)];
  return bootstrap(cluster.size, (chosen) => {
    let [sum, count] = [0, 0];
    for (const i of chosen) {
      sum += sums[i]!;
      count += counts[i]!;
    }
    return sum / count;
  }, options);
}
