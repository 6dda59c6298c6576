/** Responses to one prompt are no independent numbers: prompts are. */

/**
 * Averages over each prompt's responses.
 *
 * @param samples Responses, in any order.
 * @param value What to average.
 * @returns A mean for each prompt, in the order in which prompts first come.
 */
export function promptMeans<S extends { readonly promptId: string }>(
  samples: readonly S[],
  value: (sample: S) => number,
): Map<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const sample of samples) {
    const { sum, count } = sums.get(sample.promptId) ?? { sum: 0, count: 0 };
    sums.set(sample.promptId, { sum: sum + value(sample), count: count + 1 });
  }
  return new Map(Array.from(sums, ([promptId, { sum, count }]) => [promptId, sum / count]));
}

/**
 * Adds up columns of numbers, over all prompts and over all but one of them.
 *
 * @param samples Responses.
 * @param columns What to add of each.
 * @returns The totals, and for each prompt the totals without it: what a delete-one-prompt jackknife computes from.
 */
export function promptTotals<S extends { readonly promptId: string }>(
  samples: readonly S[],
  columns: (sample: S) => readonly number[],
): { all: number[]; without: number[][] } {
  const sums = new Map<string, number[]>();
  for (const sample of samples) {
    const row = columns(sample);
    const sum = sums.get(sample.promptId);
    sums.set(sample.promptId, sum ? sum.map((value, i) => value + row[i]!) : [...row]);
  }
  const parts = [...sums.values()];
  const all = (parts[0] ?? []).map((_, i) => parts.reduce((sum, part) => sum + part[i]!, 0));
  return { all, without: parts.map((part) => all.map((value, i) => value - part[i]!)) };
}

/**
 * Sum of squared distances from the mean, from totals.
 *
 * @param n How many numbers.
 * @param sum Their sum.
 * @param total Sum of their squares.
 * @param scale The same total over all prompts: what is left of it by rounding alone counts as 0.
 * @returns The sum, never below 0.
 */
export function squaresOf(n: number, sum: number, total: number, scale: number): number {
  const left = total - sum * sum / n;
  return left > 1e-12 * scale ? left : 0;
}
