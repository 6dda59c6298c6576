/** The sign test: whether wins and losses could come from a coin. */

/**
 * Exact two-sided p-value of wins against losses, if both were equally likely and trials independent of each other. Ties are
 * left out, as this test has it.
 *
 * p = min(1, 2 Σ C(n, k) / 2ⁿ over k from max(wins, losses) to n = wins + losses; the first term comes from logarithms and
 * each other one from the one before.
 *
 * @param wins How many trials were won: one a prompt.
 * @param losses How many were lost.
 * @returns The p-value, from 0 to 1; 1 of no trials, and 0 where it is too small for a number.
 * @throws {RangeError} If a number is negative or not whole.
 *
 * @example Usage
 * ```ts
 * import { signTest } from "@tare/eval";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(signTest(8, 2), 2 * (45 + 10 + 1) / 1024, 1e-12);
 * assertAlmostEquals(signTest(55, 45), 0.3682, 1e-4); // 55 % of 100 prompts says little
 * ```
 */
export function signTest(wins: number, losses: number): number {
  for (const count of [wins, losses]) {
    if (Number.isSafeInteger(count) && count >= 0) continue;
    throw new RangeError(`Expected whole numbers of wins and losses but found ${wins} and ${losses}: leave ties out`);
  }
  const [n, most] = [wins + losses, Math.max(wins, losses)];
  let log = -n * Math.LN2; // of the term C(n, k) / 2ⁿ of k = most
  for (let i = 1; i <= n - most; i++) log += Math.log((most + i) / i);
  let term = 1;
  let sum = 0;
  for (let k = most; k <= n && term > 1e-17 * sum; k++) {
    sum += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * Math.exp(log) * sum);
}
