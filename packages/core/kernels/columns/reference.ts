/** Slices and joins of columns in float64. */

/** Columns `from` to `to` (not included) of x[rows, cols]. */
export function sliceReference(x: Float64Array, cols: number, from: number, to: number): Float64Array {
  return x.filter((_, at) => at % cols >= from && at % cols < to);
}

/** Matrices of `rows` rows, side by side. */
export function concatReference(parts: readonly Float64Array[], rows: number): Float64Array {
  const row = (r: number) =>
    parts.flatMap((part) => [...part.subarray(r * part.length / rows, (r + 1) * part.length / rows)]);
  return Float64Array.from(Array.from({ length: rows }, (_, r) => row(r)).flat());
}
