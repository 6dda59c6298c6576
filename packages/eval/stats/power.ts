/** How many prompts a claim needs. */
import { checkLevel } from "./interval.ts";

/** A win rate that is to be told from ½ by the sign test. */
export interface Claim {
  /** The adjusted win rate that is supposed to be true, (win + tie / 2) of all. */
  readonly rate: number;
  /** Share of prompts that are a tie: they count half in the rate and nothing in the test. @default {0} */
  readonly ties?: number;
  /** 1 − the largest p-value that is called a difference. @default {0.95} */
  readonly level?: number;
}

/** Most prompts that are considered. */
const most = 200_000;

/**
 * The power of the sign test: how likely so many prompts show that a win rate is not ½.
 *
 * Exact: of n prompts D are no tie with a binomial chance, and of D decisions wins are binomial with q = (rate − ties / 2) /
 * (1 − ties); the test finds a difference where both tails have at most 1 − level. A difference to the wrong side counts too;
 * it is rare.
 *
 * @param prompts How many prompts there are, each with one verdict.
 * @param claim The rate that is supposed to be true, ties and the level.
 * @returns The chance, from 0 to 1.
 * @throws {RangeError} If there are no prompts or over 200,000, or the claim makes no sense.
 *
 * @example Usage
 * ```ts
 * import { powerOf } from "@tare/eval";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(powerOf(100, { rate: 0.55 }), 0.135, 5e-4); // 100 prompts seldom show 55 %
 * ```
 */
export function powerOf(prompts: number, { rate, ties = 0, level = 0.95 }: Claim): number {
  if (!Number.isSafeInteger(prompts) || prompts < 1 || prompts > most) {
    throw new RangeError(`Expected from 1 to ${most} prompts but found ${prompts}`);
  }
  checkLevel(level);
  if (!(ties >= 0 && ties < 1)) throw new RangeError(`Expected a share of ties from 0 to below 1 but found ${ties}`);
  if (!(rate >= ties / 2 && rate <= 1 - ties / 2)) {
    throw new RangeError(
      `Expected a rate from ${ties / 2} to ${1 - ties / 2}, as ${ties} are ties of half a win, but found ${rate}`,
    );
  }
  const logs = logFactorials(prompts);
  const won = Math.min(1, Math.max(0, (rate - ties / 2) / (1 - ties)));
  const [middle, deviation] = [prompts * (1 - ties), Math.sqrt(prompts * ties * (1 - ties))];
  const first = Math.max(0, Math.floor(middle - 9 * deviation));
  const last = Math.min(prompts, Math.ceil(middle + 9 * deviation));
  let critical = Math.floor(first / 2) + 1; // the fewest wins that are a difference
  let power = 0;
  for (let decided = first; decided <= last; decided++) {
    while (critical <= decided && 2 * atLeast(critical, decided, 0.5, logs) > 1 - level) critical++;
    if (critical > decided) continue; // too few to show anything
    const found = atLeast(critical, decided, won, logs) + atLeast(critical, decided, 1 - won, logs);
    power += chance(decided, prompts, 1 - ties, logs) * found;
  }
  return Math.min(1, power);
}

/**
 * How many prompts a claim needs, so that the sign test of {@linkcode powerOf} shows it with a given chance.
 *
 * Power goes up and down a little from one number to the next, as wins are whole: the number is one from which on all numbers
 * suffice, as far as √n more of them tell.
 *
 * @param claim The rate that is supposed to be true, ties and the level; and the power, 0.8 if none is said.
 * @returns The number of prompts.
 * @throws {RangeError} If 200,000 prompts do not suffice, as of a rate of ½ none do, or the claim makes no sense.
 *
 * @example Usage
 * ```ts
 * import { promptsNeeded } from "@tare/eval";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(promptsNeeded({ rate: 0.6 }), 210);
 * assertEquals(promptsNeeded({ rate: 0.55, ties: 0.2 }), 645);
 * ```
 */
export function promptsNeeded({ power = 0.8, ...claim }: Claim & {
  /** How likely the difference is to be shown. @default {0.8} */
  readonly power?: number;
}): number {
  if (!(power > 0 && power < 1)) throw new RangeError(`Expected a power between 0 and 1 but found ${power}`);
  const suffices = (prompts: number) => powerOf(prompts, claim) >= power;
  let high = 1;
  while (high < most && !suffices(high)) high = Math.min(most, 2 * high);
  if (!suffices(high)) {
    throw new RangeError(`Expected a rate that ${most} prompts tell from ½ but found ${claim.rate}`);
  }
  let low = Math.floor(high / 2); // too few, or none
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  const ties = claim.ties ?? 0;
  if (high * ties * (1 - ties) > 25) return high; // how many are decided varies so much that steps even out
  const end = Math.min(most, high + Math.ceil(Math.sqrt(high)));
  for (let prompts = end; prompts > high; prompts--) if (!suffices(prompts)) return prompts + 1;
  return high;
}

function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logs[i] = logs[i - 1]! + Math.log(i);
  return logs;
}

/** The chance of k of n. */
function chance(k: number, n: number, p: number, logs: Float64Array): number {
  if (p === 0 || p === 1) return k === n * p ? 1 : 0;
  return Math.exp(logs[n]! - logs[k]! - logs[n - k]! + k * Math.log(p) + (n - k) * Math.log1p(-p));
}

/** The chance of k or more of n: summed from k away from the middle, so that terms fall. */
function atLeast(k: number, n: number, p: number, logs: Float64Array): number {
  if (k <= n * p) return k <= 0 ? 1 : 1 - atLeast(n - k + 1, n, 1 - p, logs);
  if (k > n) return 0;
  let term = chance(k, n, p, logs);
  let sum = 0;
  for (let i = k; i <= n && term > 1e-17 * sum; i++) {
    sum += term;
    term *= (n - i) / (i + 1) * p / (1 - p);
  }
  return sum;
}
