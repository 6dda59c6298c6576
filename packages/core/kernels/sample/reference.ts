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
