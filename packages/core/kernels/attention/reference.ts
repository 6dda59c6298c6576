/** Causal attention over segments in float64: what `attention` must give. */
import type { SegmentRange } from "./segments.ts";

/** Sizes that the arrays do not tell; `d` is the head width. */
export interface AttentionSizes {
  heads: number;
  kvHeads: number;
  d: number;
  window: number;
  scale: number;
}

export function attentionReference(
  [q, k, v]: readonly Float64Array[],
  ranges: readonly SegmentRange[],
  { heads, kvHeads, d, window, scale }: AttentionSizes,
): Float64Array {
  const out = new Float64Array(q!.length);
  for (const { qStart, qLength, kStart, kLength } of ranges) {
    for (let i = 0; i < qLength; i++) {
      const end = kLength - qLength + i + 1; // keys [0, end) are not in the future
      const begin = Math.max(0, end - window);
      for (let head = 0; head < heads && end > 0; head++) {
        const query = ((qStart + i) * heads + head) * d;
        const key = (j: number) => ((kStart + j) * kvHeads + Math.floor(head * kvHeads / heads)) * d;
        const scores: number[] = [];
        for (let j = begin; j < end; j++) {
          let score = 0;
          for (let c = 0; c < d; c++) score += q![query + c]! * k![key(j) + c]!;
          scores.push(scale * score);
        }
        const top = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - top));
        const total = weights.reduce((a, b) => a + b);
        weights.forEach((weight, j) => {
          for (let c = 0; c < d; c++) out[query + c]! += weight / total * v![key(begin + j) + c]!;
        });
      }
    }
  }
  return out;
}
