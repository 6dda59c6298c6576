/** Why a row is left out, and how many were. */

/**
 * Why a row is left out:
 * - `malformed row`: it has not the fields of its format, or they are of another type;
 * - `prompts differ`: the two sides of a pair answer different prompts;
 * - `empty completion`: a completion is empty, or only white space;
 * - `equal completions`: the two sides of a pair are the same;
 * - `too long`: it does not fit the context, even with the shortest prompt.
 */
export type SkipReason =
  | "malformed row"
  | "prompts differ"
  | "empty completion"
  | "equal completions"
  | "too long";

/** Stands in the place of a row that is left out: `"skip" in result` tells. */
export interface Skipped {
  /** Why. */
  readonly skip: SkipReason;
}

/** How many rows were left out, by reason; a reason that did not occur is absent. */
export type Skips = Partial<Record<SkipReason, number>>;

/**
 * Counts a row that is left out.
 *
 * @param skips The counts; changed in place.
 * @param reason Why it is left out.
 *
 * @example Usage
 * ```ts
 * import { countSkip, type Skips } from "@tare/data";
 * import { assertEquals } from "@std/assert";
 *
 * const skips: Skips = {};
 * countSkip(skips, "too long");
 * countSkip(skips, "too long");
 * assertEquals(skips, { "too long": 2 });
 * ```
 */
export function countSkip(skips: Skips, reason: SkipReason): void {
  skips[reason] = (skips[reason] ?? 0) + 1;
}
