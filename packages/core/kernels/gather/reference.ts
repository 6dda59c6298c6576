/** Rows picked and rows added up, in float64. */

/** Row ids[t] of table[·, cols] for each t. */
export function gatherReference(table: Float64Array, ids: ArrayLike<number>, cols: number): Float64Array {
  return Float64Array.from(
    { length: ids.length * cols },
    (_, at) => table[ids[Math.floor(at / cols)]! * cols + at % cols]!,
  );
}

/** A matrix of `rows` rows to which row t of x is added at ids[t]; ids that it lacks are left out. */
export function scatterReference(x: Float64Array, ids: ArrayLike<number>, rows: number, cols: number): Float64Array {
  const out = new Float64Array(rows * cols);
  for (let at = 0; at < x.length; at++) {
    const id = ids[Math.floor(at / cols)]!;
    if (id >= 0 && id < rows) out[id * cols + at % cols]! += x[at]!;
  }
  return out;
}
