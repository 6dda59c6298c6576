/**
 * Adapters of a fused linear layer, whose rows are those of several layers: separate ones are, exactly, one whose `up` is
 * block-diagonal and whose rank is the sum of theirs.
 */

/** Matrices of one of the layers. */
export interface LowRankNumbers {
  /** Shape [rank, in]. */
  readonly down: Float32Array;
  /** Shape [out, rank]. */
  readonly up: Float32Array;
  /** Inner width. */
  readonly rank: number;
}

/**
 * Puts matrices on the diagonal of a larger one.
 *
 * @param ups `up` of each layer that is adapted.
 * @param outs Rows of each layer.
 * @param ranks Rank of each layer, 0 for those that are not adapted.
 * @returns The matrix of Σ outs rows and Σ ranks columns.
 */
export function blockDiagonal(
  ups: readonly Float32Array[],
  outs: readonly number[],
  ranks: readonly number[],
): Float32Array<ArrayBuffer> {
  const columns = ranks.reduce((a, b) => a + b, 0);
  const out = new Float32Array(outs.reduce((a, b) => a + b, 0) * columns);
  let [row, column, next] = [0, 0, 0];
  outs.forEach((rows, i) => {
    const rank = ranks[i]!;
    const up = rank > 0 ? ups[next++]! : new Float32Array();
    for (let r = 0; r < rows && rank > 0; r++) {
      out.set(up.subarray(r * rank, (r + 1) * rank), (row + r) * columns + column);
    }
    [row, column] = [row + rows, column + rank];
  });
  return out;
}

/**
 * Splits the adapter of a fused layer into one for each layer.
 *
 * @param down Shape [rank, in].
 * @param up Shape [Σ outs, rank].
 * @param sizes `outs`, `into` and `rank` of the matrices; `noted`: ranks that whoever made `up` block-diagonal noted.
 * @returns The adapter of each layer: with the noted rank where `up` is so, else with all of `down`.
 */
export function splitDiagonal(
  down: Float32Array,
  up: Float32Array,
  sizes: { outs: readonly number[]; into: number; rank: number; noted?: readonly number[] },
): (LowRankNumbers | undefined)[] {
  const { outs, into, rank, noted } = sizes;
  let row = 0;
  const whole = outs.map((rows) => ({ down, up: up.slice(row * rank, (row += rows) * rank), rank }));
  if (noted?.length !== outs.length || noted.reduce((a, b) => a + b, 0) !== rank) return whole;
  let first = 0;
  const split = whole.map(({ up }, i) => {
    const [from, own] = [first, noted[i]!];
    first += own;
    const block = up.filter((_, at) => at % rank >= from && at % rank < first);
    return { down: down.slice(from * into, first * into), up: block, rank: own };
  });
  const again = blockDiagonal(split.filter(({ rank }) => rank > 0).map(({ up }) => up), outs, noted);
  if (again.some((x, i) => x !== up[i])) return whole; // trained on by others
  return split.map((part) => part.rank > 0 ? part : undefined);
}
