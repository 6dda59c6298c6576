/**
 * Log-probability of a target, entropy and arg-max of softmax(hidden · weightᵀ / temperature), row by row in float64:
 * what `logProb` must give.
 */
export function logProbReference(
  hidden: Float64Array,
  weight: Float64Array,
  targets: readonly number[],
  sizes: { width: number; vocabulary: number; temperature: number },
): { logProb: Float64Array; entropy: Float64Array; argmax: Uint32Array } {
  const { width, vocabulary, temperature } = sizes;
  const logProb = new Float64Array(targets.length);
  const entropy = new Float64Array(targets.length);
  const argmax = new Uint32Array(targets.length);
  const logits = new Float64Array(vocabulary);
  targets.forEach((target, t) => {
    for (let j = 0; j < vocabulary; j++) {
      let z = 0;
      for (let i = 0; i < width; i++) z += hidden[t * width + i]! * weight[j * width + i]!;
      logits[j] = z / temperature;
    }
    const top = logits.reduce((a, b) => Math.max(a, b));
    const logTotal = top + Math.log(logits.reduce((total, z) => total + Math.exp(z - top), 0));
    logProb[t] = target >= 0 && target < vocabulary ? logits[target]! - logTotal : NaN;
    entropy[t] = -logits.reduce((total, z) => total + Math.exp(z - logTotal) * (z - logTotal), 0);
    argmax[t] = logits.indexOf(top);
  });
  return { logProb, entropy, argmax };
}
