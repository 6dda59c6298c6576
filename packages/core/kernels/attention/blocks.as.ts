// What the forward and the backward kernel share: segments, packed rows, masks and the exponential of what is ≤ 0.
import { MR, NR, packA, packB } from "../simd/micro.as";

/** A segment, as it stands in the table. */
@unmanaged
export class Segment {
  qStart: i32; qLength: i32; kStart: i32; kLength: i32;
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

/** Packs columns [0, width) of `rows` rows into panels of 8 columns, `rows` steps each; missing columns become 0. */
export function packColumns(dst: usize, src: usize, rows: i32, width: i32, rowStride: usize): void {
  for (let c = 0; c < width; c += NR) {
    packB(dst, src + (<usize>c << 2), min(NR, width - c), rows, rowStride, 4);
    dst += <usize>rows << 5;
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

/** eˣ for x ≤ 0 (a little above is fine): 0 below -87.3, exactly 1 of 0, NaN of NaN. Half the work of `exp4`. */
// @ts-ignore: decorator
@inline export function expDown4(x: v128): v128 {
  const low = f32x4.splat(-87.33654);
  const t = f32x4.pmax(x, low); // this order keeps NaN
  const n = f32x4.nearest(f32x4.mul(t, f32x4.splat(1.44269504)));
  let r = f32x4.relaxed_madd(n, f32x4.splat(-0.693359375), t);
  r = f32x4.relaxed_madd(n, f32x4.splat(2.12194440e-4), r);
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.relaxed_madd(y, r, f32x4.splat(1.3981999507e-3));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(8.3334519073e-3));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(4.1665795894e-2));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(1.6666665459e-1));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(5.0000001201e-1));
  y = f32x4.relaxed_madd(f32x4.mul(r, r), y, f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.shl(i32x4.add(i32x4.relaxed_trunc_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.andnot(f32x4.mul(y, power), f32x4.lt(x, low));
}
