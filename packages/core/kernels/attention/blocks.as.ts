// What the forward and the backward kernel share: segments, packed rows, masks and powers of two.
import { headMask } from "../simd/math.as";
import { NR, packB } from "../simd/micro.as";
import { threadScratchBytes } from "../../backend/cpu/sizes";

/** A segment, as it stands in the table. */
@unmanaged
export class Segment {
  qStart: i32; qLength: i32; kStart: i32; kLength: i32;
}

/** Scores are kept in units of ln 2: weights are then powers of two. */
export const log2e: f32 = 1.44269504;

/** Traps where a layout ends past the thread's scratch: what follows is another thread's. The widest head comes close. */
export function checkLayout(scratch: usize, end: usize): void {
  if (end > scratch + threadScratchBytes) unreachable();
}

/** The least multiple of 8 that holds n. */
// @ts-ignore: decorator
@inline export function ceil8(n: i32): i32 { return (n + 7) & ~7; }

/** dst[d] = src[d] · scale. Writes up to the next multiple of 4. */
// @ts-ignore: decorator
@inline export function scaleRow(dst: usize, src: usize, d: i32, scale: v128): void {
  for (let i: usize = 0, bytes = <usize>d << 2; i < bytes; i += 16) {
    v128.store(dst + i, f32x4.mul(v128.load(src + i), scale));
  }
}

/**
 * Packs columns [0, width) of `rows` rows into panels of 8 columns, `rows` steps each; missing columns become 0. Row by
 * row: rows a power of two apart fall on the same cache lines, so each should be read once.
 */
export function packColumns(dst: usize, src: usize, rows: i32, width: i32, rowStride: usize): void {
  const panel = <usize>rows << 5, full = width & ~7, rest = width - full;
  for (let r = 0; r < rows; r++) {
    let to = dst, from = src;
    for (let c = 0; c < full; c += NR) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
      to += panel;
      from += 32;
    }
    if (rest) {
      v128.store(to, v128.and(v128.load(from), headMask(rest)));
      v128.store(to, v128.and(v128.load(from, 16), headMask(rest - 4)), 16);
    }
    dst += 32;
    src += rowStride;
  }
}

/** Packs `rows` rows of d elements, transposed, into panels of 8 rows, d steps each; missing rows become 0. */
export function packRows(dst: usize, src: usize, rows: i32, d: i32, rowStride: usize): void {
  for (let r = 0; r < rows; r += NR) {
    packB(dst, src + <usize>r * rowStride, min(NR, rows - r), d, 4, rowStride);
    dst += <usize>d << 5;
  }
}

/** Sets elements [from, low) and [high, end) of a row. */
// @ts-ignore: decorator
@inline export function mask(row: usize, from: i32, low: i32, high: i32, end: i32, value: f32): void {
  for (let c = from, stop = min(low, end); c < stop; c++) store<f32>(row + (<usize>c << 2), value);
  for (let c = max(high, from); c < end; c++) store<f32>(row + (<usize>c << 2), value);
}

/**
 * 2ˣ for x ≤ 0 (a little above is fine): relative error 1.6e-7, 0 below -126.5, exactly 1 of 0, NaN of NaN.
 * Half the work of `exp4`.
 */
// @ts-ignore: decorator
@inline export function exp2Down4(x: v128): v128 {
  // Constants from memory: V8 builds a vector constant from two integers each time it is used.
  const round = v128.load32_splat(exp2Constants), one = v128.load32_splat(exp2Constants, 4);
  const t = f32x4.pmax(x, v128.load32_splat(exp2Constants, 8)); // this order keeps NaN
  const z = f32x4.add(t, round), r = f32x4.sub(t, f32x4.sub(z, round)); // z has the integer in its low bits
  let y = f32x4.relaxed_madd(v128.load32_splat(exp2Constants, 12), r, v128.load32_splat(exp2Constants, 16));
  y = f32x4.relaxed_madd(y, r, v128.load32_splat(exp2Constants, 20));
  y = f32x4.relaxed_madd(y, r, v128.load32_splat(exp2Constants, 24));
  y = f32x4.relaxed_madd(y, r, v128.load32_splat(exp2Constants, 28));
  y = f32x4.relaxed_madd(y, r, one);
  return f32x4.mul(y, i32x4.add(i32x4.shl(z, 23), one)); // the bits of 1.0 are 127 << 23; an integer of -127 gives 0
}

/** 1.5 · 2²³, 1, the least exponent, and 2ʳ on [-0.5, 0.5] from r⁵ down to r. */
const exp2Constants = memory.data<f32>([
  12582912, 1, -127,
  0.001326472731307149, 0.009671512991189957, 0.05550733581185341, 0.24022242426872253, 0.6931470036506653,
], 16);
