// The largest element of a row, and where it is.
import { headMask, maxLanes } from "./math.as";

/** The largest of a row, NaN aside; -∞ if there is none. */
export function rowMax(z: usize, cols: i32): f32 {
  let a = f32x4.splat(-Infinity), b = a, c = a, d = a, i = 0; // pmax(a, NaN) is a
  for (; i + 16 <= cols; i += 16) {
    const q = z + (<usize>i << 2);
    a = f32x4.pmax(a, v128.load(q));
    b = f32x4.pmax(b, v128.load(q, 16));
    c = f32x4.pmax(c, v128.load(q, 32));
    d = f32x4.pmax(d, v128.load(q, 48));
  }
  for (; i < cols; i += 4) {
    const x = v128.bitselect(v128.load(z + (<usize>i << 2)), f32x4.splat(-Infinity), headMask(cols - i));
    a = f32x4.pmax(a, x);
  }
  return maxLanes(f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)));
}

/** Index of the first element that equals the largest. */
export function indexOf(z: usize, cols: i32, top: f32): i32 {
  const t = f32x4.splat(top);
  for (let i = 0; i < cols; i += 4) {
    const hit = i32x4.bitmask(f32x4.eq(v128.load(z + (<usize>i << 2)), t));
    if (hit) return i + ctz(hit);
  }
  return 0;
}
