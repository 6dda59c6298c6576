/** A block of keys with a block of queries, as the backward kernel works on them: where everything lies in its scratch. */
import { headMask, splat, sumLanes } from "../simd/math.as";
import { MR, packA } from "../simd/micro.as";
import { ceil8, checkLayout, scaleRow } from "./blocks.as";
import { widestHead } from "./widest_head";

/** Keys of a block: a multiple of the tile's 6 and 8. */
export const KB: i32 = 144;
/** Queries of a block. */
export const QB: i32 = 48;

/** A block of keys and a block of queries at work, and where their scratch lies. */
@unmanaged
export class Pair {
  key: i32; keys: i32; query: i32; queries: i32; // counted from the segment's first
  shift: i32; window: i32; headDim: i32; dp: i32; // dp: headDim up to a multiple of 8
  k: usize; kColumns: usize; v: usize; dK: usize; dV: usize;
  q: usize; qColumns: usize; dO: usize; dOColumns: usize;
  w: usize; dS: usize; panel: usize; tile: usize; // weights and their slopes [QB, KB], one packed panel, one edge tile

  /** Number of keys of this block that a query of this block sees, without the window; may be outside [0, keys]. */
  @inline end(row: i32): i32 { return this.shift + this.query + min(row, this.queries - 1) - this.key; }
}

/** Divides the scratch for a head width. */
export function layOut(x: Pair, scratch: usize, headDim: i32): void {
  x.headDim = headDim;
  x.dp = ceil8(headDim);
  const keyBytes = <usize>(KB * x.dp) << 2, queryBytes = <usize>(QB * x.dp) << 2;
  x.tile = scratch + 256;
  x.panel = x.tile + MR * widestHead * 4; // packQueries keeps six rows in the tile
  x.w = x.panel + max(KB, QB) * MR * 4 + 64;
  x.dS = x.w + QB * KB * 4;
  x.k = x.dS + QB * KB * 4;
  x.kColumns = x.k + keyBytes;
  x.v = x.kColumns + keyBytes;
  x.dK = x.v + keyBytes;
  x.dV = x.dK + keyBytes;
  x.q = x.dV + keyBytes;
  x.qColumns = x.q + queryBytes;
  x.dO = x.qColumns + queryBytes;
  x.dOColumns = x.dO + queryBytes;
  checkLayout(scratch, x.dOColumns + queryBytes);
}

/** Σ a · b over d elements. */
export function dot(a: usize, b: usize, d: i32): f32 {
  let total = f32x4.splat(0), i = 0;
  for (; i + 4 <= d; i += 4) {
    const o = <usize>i << 2;
    total = f32x4.add(total, f32x4.mul(v128.load(a + o), v128.load(b + o)));
  }
  if (i < d) {
    const o = <usize>i << 2;
    total = f32x4.add(total, v128.and(f32x4.mul(v128.load(a + o), v128.load(b + o)), headMask(d - i)));
  }
  return sumLanes(total);
}

/** Packs the block's queries, times `scale`, into panels of 6. */
export function packQueries(x: Pair, src: usize, stride: usize, scale: f32, dst: usize, rowsAt: usize): void {
  const rowBytes = <usize>x.headDim << 2, aligned = (rowBytes + 15) & ~15;
  for (let r = 0; r < x.queries; r += MR) {
    const rows = min(MR, x.queries - r);
    if (scale != 1) {
      for (let i = 0; i < rows; i++) scaleRow(rowsAt + <usize>i * aligned, src + <usize>(r + i) * stride, x.headDim, splat(scale));
      packA(dst, rowsAt, rows, x.headDim, aligned, 4);
    } else {
      packA(dst, src + <usize>r * stride, rows, x.headDim, stride, 4);
    }
    dst += rowBytes * MR;
  }
}
