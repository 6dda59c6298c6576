/** The distribution that `sampleTokens` must draw from, in float64. */

/** As the options of `sampleTokens`; `seen` and `banned` are lists of ids here. */
export interface ReferenceOptions {
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly seen?: readonly number[];
  readonly banned?: readonly number[];
}

/**
 * Log-probabilities of one row: the model's own, and those of the distribution after penalty → ban → temperature →
 * top-k → top-p → min-p; −∞ where a token cannot be drawn.
 */
export function sampleReference(
  logits: readonly number[],
  options: ReferenceOptions,
): { logProb: number[]; samplingLogProb: number[] } {
  const { temperature = 1, topK = 0, topP = 1, minP = 0, repetitionPenalty = 1, seen = [], banned = [] } = options;
  const scores = [...logits];
  for (const id of new Set(seen)) {
    scores[id] = scores[id]! > 0 ? scores[id]! / repetitionPenalty : scores[id]! * repetitionPenalty;
  }
  for (const id of banned) scores[id] = -Infinity;
  const logProb = logSoftmax(logits.map((z) => z / (temperature || 1)));
  if (temperature === 0) {
    const best = scores.indexOf(Math.max(...scores));
    return { logProb, samplingLogProb: scores.map((_, i) => i === best ? 0 : -Infinity) };
  }
  const keep = (holds: (score: number) => boolean) =>
    scores.forEach((score, i) => scores[i] = holds(score) ? score : -Infinity);
  scores.forEach((score, i) => scores[i] = score / temperature);
  const sorted = scores.toSorted((a, b) => b - a);
  if (topK > 0) keep((score) => score >= sorted[Math.min(topK, sorted.length) - 1]!);
  if (topP < 1) {
    const probabilities = logSoftmax(scores.toSorted((a, b) => b - a)).map(Math.exp);
    let sum = 0;
    const last = probabilities.findIndex((p) => (sum += p) >= topP);
    if (last >= 0) keep((score) => score >= sorted[last]!);
  }
  if (minP > 0) keep((score) => score >= sorted[0]! + Math.log(minP));
  return { logProb, samplingLogProb: logSoftmax(scores) };
}

function logSoftmax(scores: readonly number[]): number[] {
  const top = scores.reduce((a, b) => Math.max(a, b));
  const logTotal = top + Math.log(scores.reduce((total, score) => total + Math.exp(score - top), 0));
  return scores.map((score) => score - logTotal);
}

/**
 * Probability that counts so far from the expected ones, or farther, come by chance: Pearson's χ², by the
 * Wilson–Hilferty approximation. Outcomes expected fewer than five times are taken together.
 */
export function chiSquareP(counts: readonly number[], expected: readonly number[]): number {
  let [statistic, cells, restCount, restExpected] = [0, 0, 0, 0];
  const add = (count: number, mean: number) => {
    statistic += (count - mean) ** 2 / mean;
    cells++;
  };
  expected.forEach((mean, i) => {
    if (mean >= 5) return add(counts[i]!, mean);
    restCount += counts[i]!;
    restExpected += mean;
  });
  if (restExpected >= 5) add(restCount, restExpected);
  else if (restExpected === 0 && restCount > 0) return 0; // what cannot be was drawn
  const k = cells - 1;
  if (k < 1) return 1;
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
