/** Linear equations. */

/**
 * Solves A x = b by elimination; A is positive definite, so that no pivots are needed.
 *
 * @param matrix A, row by row; it is overwritten.
 * @param right b; it is overwritten.
 * @returns x.
 */
export function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let k = 0; k < size; k++) {
    for (let i = k + 1; i < size; i++) {
      const factor = matrix[i * size + k]! / matrix[k * size + k]!;
      for (let j = k; j < size; j++) matrix[i * size + j]! -= factor * matrix[k * size + j]!;
      right[i]! -= factor * right[k]!;
    }
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let j = k + 1; j < size; j++) right[k]! -= matrix[k * size + j]! * right[j]!;
    right[k]! /= matrix[k * size + k]!;
  }
  return right;
}
