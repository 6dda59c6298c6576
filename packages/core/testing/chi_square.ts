/** Whether random draws have the frequencies that they should. */

/**
 * Probability that counts so far from the expected ones, or farther, come by chance: Pearson's χ², by the
 * Wilson–Hilferty approximation. Outcomes expected fewer than five times are taken together, the rarest first.
 *
 * @param counts How often each outcome came.
 * @param expected How often it should have, of as many draws.
 * @returns The probability; 0 if something came that cannot.
 *
 * @example Usage
 * ```ts
 * import { chiSquareP } from "@tare/core/testing";
 * import { assert } from "@std/assert";
 *
 * assert(chiSquareP([52, 48], [50, 50]) > 0.5);
 * assert(chiSquareP([80, 20], [50, 50]) < 1e-6);
 * ```
 */
export function chiSquareP(counts: readonly number[], expected: readonly number[]): number {
  if (expected.some((mean, i) => mean === 0 && counts[i]! > 0)) return 0;
  const cells: { count: number; mean: number }[] = [];
  let cell = { count: 0, mean: 0 };
  for (const i of [...expected.keys()].sort((a, b) => expected[a]! - expected[b]!)) {
    cell.count += counts[i]!;
    cell.mean += expected[i]!;
    if (cell.mean < 5) continue;
    cells.push(cell);
    cell = { count: 0, mean: 0 };
  }
  const last = cells.at(-1);
  if (last) Object.assign(last, { count: last.count + cell.count, mean: last.mean + cell.mean });
  const k = cells.length - 1;
  if (k < 1) return 1;
  const statistic = cells.reduce((sum, { count, mean }) => sum + (count - mean) ** 2 / mean, 0);
  const z = ((statistic / k) ** (1 / 3) - (1 - 2 / (9 * k))) / Math.sqrt(2 / (9 * k));
  return normalTail(z);
}

/** P(Z > z), by Simpson's rule over the density. */
function normalTail(z: number): number {
  const [end, steps] = [10, 400];
  if (z >= end) return 0;
  if (z < 0) return 1 - normalTail(-z);
  const h = (end - z) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const x = z + i * h;
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-x * x / 2);
  }
  return sum * h / 3 / Math.sqrt(2 * Math.PI);
}
