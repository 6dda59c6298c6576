/** Krippendorff's α: agreement of any number of raters, some ratings missing. */
import { groupBy } from "../group_by.ts";
import type { Coefficient } from "./coefficient.ts";

/** How far apart two ratings are: the same or not, by ranks, or by their difference. */
export type Scale = "nominal" | "ordinal" | "interval";

/**
 * Krippendorff's α = 1 − D_o / D_e. With Δ(x) the sum of squared distances over all ordered pairs of a list of ratings, D_o is
 * Σ Δ(u) / (m − 1) over units u of m ratings, divided by n, and D_e is Δ(all) / (n (n − 1)); n ratings stand in units that have
 * two or more. The squared distance is 0 or 1 (nominal), (x − y)² (interval), or that of their middle ranks (ordinal).
 *
 * Where every rating is the same nothing could have differed: α is 0 / 0, and null here, neither 1 nor 0. A judge that says "a"
 * to everything and a person who does too have not shown that they would agree.
 *
 * @param units The ratings of each unit; null is a missing one.
 * @param scale What distance between ratings means.
 * @returns α of 1 or less, or null with the reason.
 * @throws {RangeError} If a rating is not finite.
 *
 * @example Usage
 * ```ts
 * import { krippendorffAlpha } from "@tare/eval";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { value } = krippendorffAlpha([[1, 1, null], [1, 0, 1], [0, 0, 0], [null, 1, null]], "nominal");
 * assertAlmostEquals(value ?? NaN, 1 - 7 / 16, 1e-12);
 * ```
 */
export function krippendorffAlpha(units: readonly (readonly (number | null)[])[], scale: Scale): Coefficient {
  const paired = units.map((unit) => unit.filter((rating) => rating !== null)).filter(({ length }) => length > 1);
  const ratings = paired.flat();
  const odd = ratings.find((rating) => !Number.isFinite(rating));
  if (odd !== undefined) throw new RangeError(`Expected finite ratings, or null for a missing one, but found ${odd}`);
  const n = ratings.length;
  if (n === 0) return { value: null, reason: "Expected units with two ratings or more but found none" };
  const counts = new Map([...groupBy(ratings, (rating) => rating)].map(([value, { length }]) => [value, length]));
  if (counts.size === 1) {
    return { value: null, reason: "Expected ratings that differ but found one everywhere" };
  }
  const place = placesOf(counts, scale);
  const spread = scale === "nominal" ? unlike : squares;
  // By size of unit, so that the order of units changes no bit.
  const bySize = [...groupBy(paired, ({ length }) => length)].sort(([m], [other]) => m - other);
  const observed = bySize.reduce(
    (sum, [m, same]) => sum + same.reduce((sum, unit) => sum + spread(unit.map(place)), 0) / (m - 1),
    0,
  );
  return { value: 1 - (n - 1) * observed / spread(ratings.map(place)) };
}

/** Where a rating stands: in the middle of its ranks, or of the scale, so that turning it round changes signs only. */
function placesOf(counts: ReadonlyMap<number, number>, scale: Scale): (rating: number) => number {
  const values = [...counts.keys()].sort((x, y) => x - y);
  const middle = (values[0]! + values.at(-1)!) / 2;
  if (scale !== "ordinal") return scale === "nominal" ? (rating) => rating : (rating) => rating - middle;
  const n = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const places = new Map<number, number>();
  let below = 0;
  for (const value of values) {
    places.set(value, below + counts.get(value)! / 2 - n / 2);
    below += counts.get(value)!;
  }
  return (rating) => places.get(rating)!;
}

/** Ordered pairs that differ: n² − Σ n_c². */
function unlike(ratings: readonly number[]): number {
  const same = [...groupBy(ratings, (rating) => rating).values()];
  return ratings.length ** 2 - same.reduce((sum, { length }) => sum + length ** 2, 0);
}

/** Σ (x − y)² over ordered pairs: 2 n Σ x² − 2 (Σ x)². */
function squares(ratings: readonly number[]): number {
  const sum = ratings.reduce((sum, x) => sum + x, 0);
  return 2 * (ratings.length * ratings.reduce((sum, x) => sum + x * x, 0) - sum * sum);
}
