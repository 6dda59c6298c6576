/** Matrices with rows and columns exchanged, as GPT-2's checkpoints have them. */

/**
 * Transposes a matrix whose rows are spread over several arrays.
 *
 * @param parts The rows of the matrix in order.
 * @param columns Its columns.
 * @returns The transposed matrix.
 */
export function transpose(parts: readonly Float32Array[], columns: number): Float32Array<ArrayBuffer> {
  const rows = parts.reduce((sum, { length }) => sum + length, 0) / columns;
  const out = new Float32Array(rows * columns);
  let row = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += columns, row++) {
      for (let column = 0; column < columns; column++) out[column * rows + row] = part[at + column]!;
    }
  }
  return out;
}
