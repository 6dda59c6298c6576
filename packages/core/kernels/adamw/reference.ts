/** AdamW as PyTorch defines it, on plain float64 arrays: what `adamw` must do. */

/** Constants of a run. */
export interface AdamWReferenceOptions {
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
  readonly maxNorm?: number;
}

/** One tensor's parameters and moments. */
export interface AdamWReferenceTensor {
  readonly x: Float64Array;
  readonly m: Float64Array;
  readonly v: Float64Array;
  readonly decays: boolean;
}

/** Step number `step`, counted from 1, in place; gives the gradients' norm before clipping. */
export function adamwReference(
  tensors: readonly AdamWReferenceTensor[],
  gradients: readonly Float64Array[],
  step: number,
  learningRate: number,
  { betas: [beta1, beta2], eps, weightDecay, maxNorm = Infinity }: AdamWReferenceOptions,
): number {
  const norm = Math.sqrt(gradients.reduce((total, g) => g.reduce((t, x) => t + x * x, total), 0));
  const coefficient = Math.min(1, maxNorm / (norm + 1e-6));
  tensors.forEach(({ x, m, v, decays }, t) => {
    gradients[t]!.forEach((raw, i) => {
      const g = raw * coefficient;
      if (decays) x[i]! *= 1 - learningRate * weightDecay;
      m[i] = beta1 * m[i]! + (1 - beta1) * g;
      v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
      const divisor = Math.sqrt(v[i]!) / Math.sqrt(1 - beta2 ** step) + eps;
      x[i]! -= learningRate / (1 - beta1 ** step) * m[i]! / divisor;
    });
  });
  return norm;
}
