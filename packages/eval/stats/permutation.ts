/** The permutation test of paired scores: whether their mean could come from flipping signs. */
import { randomIntegers } from "./random.ts";

/** How a permutation test is done. */
export interface PermutationOptions {
  /** Random flips, where there are too many prompts to try all. @default {10000} */
  readonly rounds?: number;
  /** Equal seeds give equal p-values. @default {0} */
  readonly seed?: number;
}

/** What a permutation test found. */
export interface PermutationTest {
  /** Mean over prompts of their mean score. */
  readonly mean: number;
  /** Two-sided p-value, from above 0 to 1. */
  readonly p: number;
  /** How many prompts there were. */
  readonly prompts: number;
  /** Whether all flips were tried; else p is of random ones. */
  readonly exact: boolean;
}

/** Most prompts of which all flips are tried, 2¹⁶. */
const few = 16;

/**
 * The sign-flip test on prompts: if neither side were better, the mean score of each prompt would be as likely with the other
 * sign. The p-value is the share of flips whose mean lies as far from 0 as the one found, or farther.
 *
 * All flips are tried where 16 prompts or fewer have a mean that is not 0; else p = (hits + 1) / (rounds + 1) of random ones.
 *
 * @param values Scores, such as 1 for a win, 0 for a tie, −1 for a loss, or differences of rewards.
 * @param clusters The prompt of each, in the same order.
 * @param options Rounds and seed.
 * @returns Mean, p-value, and how it was had. The same bits in any order of rows, and the same p seen from the other side.
 * @throws {RangeError} If there are no numbers, one is not finite, there are not as many of both, or rounds make no sense.
 *
 * @example Usage
 * ```ts
 * import { permutationTest } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * const { mean, p, exact } = permutationTest([1, 1, 0.5, 1, -0.5], ["v", "w", "x", "y", "z"]);
 * assertEquals([mean, p, exact], [0.6, 6 / 32, true]);
 * ```
 */
export function permutationTest(
  values: ArrayLike<number>,
  clusters: ArrayLike<string | number>,
  { rounds = 10_000, seed = 0 }: PermutationOptions = {},
): PermutationTest {
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new RangeError(`Expected rounds to be an integer of 1 or more but found ${rounds}`);
  }
  const means = meansOf(values, clusters);
  const sizes = means.map(Math.abs).filter((size) => size > 0).sort((x, y) => x - y);
  const side = (sign: number) => total(means.map((mean) => mean * sign).filter((mean) => mean > 0));
  const sum = side(1) - side(-1);
  const far = Math.abs(sum) - 1e-9 * total(sizes); // sums that are equal may differ in their last bits
  const exact = sizes.length <= few;
  const hits = exact ? hitsOfAll(sizes, far) : hitsOfSome(sizes, far, rounds, seed);
  const p = exact ? hits / 2 ** sizes.length : (hits + 1) / (rounds + 1);
  return { mean: sum / means.length, p, prompts: means.length, exact };
}

/** The mean score of each prompt; sorted first, so that sums have the same bits in any order of rows. */
function meansOf(values: ArrayLike<number>, clusters: ArrayLike<string | number>): number[] {
  if (values.length === 0) throw new RangeError("Expected one score or more to test but found none");
  if (values.length !== clusters.length) {
    throw new RangeError(`Expected a cluster for each of ${values.length} scores but found ${clusters.length}`);
  }
  const together = new Map<string | number, number[]>();
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new RangeError(`Expected finite scores but found ${values[i]} at ${i}: leave it out or mend it`);
    }
    const own = together.get(clusters[i]!);
    if (own) own.push(values[i]!);
    else together.set(clusters[i]!, [values[i]!]);
  }
  return [...together.values()].map((own) => {
    const side = (sign: number) => total(own.map((value) => value * sign).filter((value) => value > 0));
    return (side(1) - side(-1)) / own.length;
  });
}

function total(values: readonly number[]): number {
  return values.toSorted((x, y) => x - y).reduce((sum, value) => sum + value, 0);
}

function hitsOfAll(sizes: readonly number[], far: number): number {
  let hits = 0;
  for (let signs = 0; signs < 2 ** sizes.length; signs++) {
    const sum = sizes.reduce((sum, size, i) => signs >> i & 1 ? sum + size : sum - size, 0);
    if (Math.abs(sum) >= far) hits++;
  }
  return hits;
}

function hitsOfSome(sizes: readonly number[], far: number, rounds: number, seed: number): number {
  const draw = randomIntegers(seed);
  let hits = 0;
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    for (const size of sizes) sum += draw(2) === 1 ? size : -size;
    if (Math.abs(sum) >= far) hits++;
  }
  return hits;
}
