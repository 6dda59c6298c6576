/** Linear equations. */

/**
 * Solves A x = b by elimination with pivots.
 *
 * @param matrix A, row by row; it is overwritten.
 * @param right b; it is overwritten.
 * @returns x.
 */
export function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const row = (i: number) => matrix.subarray(i * size, (i + 1) * size);
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) if (Math.abs(row(i)[k]!) > Math.abs(row(pivot)[k]!)) pivot = i;
    const [top, held] = [row(pivot).slice(), right[pivot]!];
    row(pivot).set(row(k));
    row(k).set(top);
    [right[pivot], right[k]] = [right[k]!, held];
    for (let i = k + 1; i < size; i++) {
      const factor = row(i)[k]! / top[k]!;
      for (let j = k; j < size; j++) row(i)[j]! -= factor * top[j]!;
      right[i]! -= factor * held;
    }
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let j = k + 1; j < size; j++) right[k]! -= row(k)[j]! * right[j]!;
    right[k]! /= row(k)[k]!;
  }
  return right;
}
