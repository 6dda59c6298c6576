/** Comparison of arrays that names the worst element. */

/** What {@linkcode assertClose} allows. */
export interface CloseOptions {
  /**
   * Allowed difference.
   *
   * @default {1e-6}
   */
  atol?: number;
  /**
   * Allowed difference relative to the expected element.
   *
   * @default {0}
   */
  rtol?: number;
  /** Shape, to name elements by their indices. */
  shape?: readonly number[];
  /** What is compared, for the message. */
  what?: string;
}

/**
 * Checks that two arrays agree element by element: |actual − expected| ≤ atol + rtol · |expected|. NaN and infinities
 * agree with themselves only.
 *
 * @param actual What was computed.
 * @param expected What it should be.
 * @param options Tolerances, shape and a name.
 * @throws {Error} If the lengths differ or an element is too far off; the message names the worst one.
 *
 * @example Usage
 * ```ts
 * import { assertClose } from "@tare/core/testing";
 * import { assertThrows } from "@std/assert";
 *
 * assertClose([1, 2], [1, 2 + 1e-9]);
 * assertThrows(() => assertClose([1, 2.5], [1, 2], { shape: [2, 1] }), Error, "at [1, 0]: 2.5, not 2");
 * ```
 */
export function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, options: CloseOptions = {}): void {
  const { atol = 1e-6, rtol = 0, shape, what = "arrays" } = options;
  if (actual.length !== expected.length) {
    throw new Error(`Expected ${what} of ${expected.length} elements but found ${actual.length}`);
  }
  let worst = -1;
  let excess = 1;
  let bad = 0;
  for (let i = 0; i < expected.length; i++) {
    const off = distance(actual[i]!, expected[i]!);
    if (off === 0) continue;
    const ratio = off / (atol + rtol * (Number.isFinite(expected[i]) ? Math.abs(expected[i]!) : 0));
    if (ratio <= 1) continue;
    bad++;
    if (worst < 0 || ratio > excess) [worst, excess] = [i, ratio];
  }
  if (worst < 0) return;
  throw new Error(
    `Expected ${what} to agree but ${bad} of ${expected.length} elements do not; the worst is at ` +
      `[${indices(worst, shape ?? [expected.length])}]: ${actual[worst]}, not ${expected[worst]}` +
      `, ${excess.toPrecision(3)} times the tolerance ${(atol + rtol * Math.abs(expected[worst]!)).toPrecision(3)}`,
  );
}

/** |a − b|; 0 for equal infinities and two NaNs, ∞ where only one of both is finite. */
function distance(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : Infinity;
}

function indices(flat: number, shape: readonly number[]): string {
  const out: number[] = [];
  for (const length of shape.toReversed()) {
    out.unshift(flat % length);
    flat = Math.floor(flat / length);
  }
  return out.join(", ");
}
