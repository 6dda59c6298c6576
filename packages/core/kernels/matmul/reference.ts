/** op(a)[m, k] · op(b)[k, n] + bias + residual in float64: what `matmul` must give. */
export function matmulReference(
  [a, b, bias, residual]: readonly (Float64Array | undefined)[],
  sizes: { m: number; n: number; k: number; transposeA: boolean; transposeB: boolean },
): Float64Array {
  const { m, n, k, transposeA, transposeB } = sizes;
  return Float64Array.from({ length: m * n }, (_, at) => {
    const row = Math.floor(at / n);
    const col = at % n;
    let total = (bias?.[col] ?? 0) + (residual?.[at] ?? 0);
    for (let i = 0; i < k; i++) {
      total += a![transposeA ? i * m + row : row * k + i]! * b![transposeB ? col * k + i : i * n + col]!;
    }
    return total;
  });
}
