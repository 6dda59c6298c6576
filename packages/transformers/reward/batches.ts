/** Which rows run together. */
import type { Encoded } from "./encode_row.ts";

/**
 * Puts rows together: the longest first, so that little is padded.
 *
 * @param encoded The rows; what is no row is left out.
 * @param size Most rows that run together.
 * @param alike Whether they must be of one length, for nothing can be padded.
 * @returns Indices of the rows of each batch.
 */
export function batches(encoded: readonly (Encoded | undefined)[], size: number, alike: boolean): number[][] {
  const length = (i: number) => encoded[i]!.ids.length;
  const order = [...encoded.keys()].filter((i) => encoded[i]).sort((a, b) => length(b) - length(a));
  const found: number[][] = [];
  for (const i of order) {
    const last = found.at(-1);
    if (last && last.length < size && !(alike && length(last[0]!) !== length(i))) last.push(i);
    else found.push([i]);
  }
  return found;
}
