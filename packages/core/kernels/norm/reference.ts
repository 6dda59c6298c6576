/** Both norms in float64: what `norm` must give. */

/** (x - mean) / √(var + eps) · weight + bias over rows of `cols`; without a bias it is RMSNorm, whose mean is 0. */
export function normReference(
  x: Float64Array,
  weight: Float64Array,
  bias: Float64Array | undefined,
  cols: number,
  eps: number,
): Float64Array {
  const out = new Float64Array(x.length);
  for (let first = 0; first < x.length; first += cols) {
    const row = x.subarray(first, first + cols);
    const mean = bias ? row.reduce((a, b) => a + b, 0) / cols : 0;
    const variance = row.reduce((total, v) => total + (v - mean) ** 2, 0) / cols;
    for (let c = 0; c < cols; c++) {
      out[first + c] = (row[c]! - mean) / Math.sqrt(variance + eps) * weight[c]! + (bias?.[c] ?? 0);
    }
  }
  return out;
}
