// Thresholds by bisection on the bits of floats: as exact as sorting, and a few passes over a row.
import { headMask, sumLanes } from "../simd/math.as";
import { BLOCK } from "./blocks.as";

/** A float's bits as an integer of the same order; its own inverse. */
// @ts-ignore: decorator
@inline function ordered(bits: i32): i32 { return bits ^ ((bits >> 31) & 0x7fffffff); }

/** After so many halvings what is left between the bounds is gathered, if there is room for it in a thread's scratch. */
const COARSE: i32 = 10, ROOM: i32 = 16384;

/** How many of a row are `least` or more. */
function countFrom(x: usize, cols: i32, least: f32): i32 {
  const t = f32x4.splat(least);
  let a = i32x4.splat(0), b = a, i = 0;
  for (; i + 16 <= cols; i += 16) {
    const q = x + (<usize>i << 2); // a true lane is -1
    a = i32x4.add(a, i32x4.add(f32x4.ge(v128.load(q), t), f32x4.ge(v128.load(q, 16), t)));
    b = i32x4.add(b, i32x4.add(f32x4.ge(v128.load(q, 32), t), f32x4.ge(v128.load(q, 48), t)));
  }
  for (; i < cols; i += 4) a = i32x4.add(a, v128.and(f32x4.ge(v128.load(x + (<usize>i << 2)), t), headMask(cols - i)));
  a = i32x4.add(a, b);
  return -(i32x4.extract_lane(a, 0) + i32x4.extract_lane(a, 1) + i32x4.extract_lane(a, 2) + i32x4.extract_lane(a, 3));
}

/** Sum of those of at most BLOCK weights that are `least` or more. Never larger for a larger `least`. */
export function sumFrom(x: usize, n: i32, least: f32): f32 {
  const t = f32x4.splat(least);
  let a = f32x4.splat(0), b = a, c = a, d = a, i = 0;
  for (; i + 16 <= n; i += 16) {
    const q = x + (<usize>i << 2), e = v128.load(q), f = v128.load(q, 16), g = v128.load(q, 32), h = v128.load(q, 48);
    a = f32x4.add(a, v128.and(e, f32x4.ge(e, t)));
    b = f32x4.add(b, v128.and(f, f32x4.ge(f, t)));
    c = f32x4.add(c, v128.and(g, f32x4.ge(g, t)));
    d = f32x4.add(d, v128.and(h, f32x4.ge(h, t)));
  }
  for (; i < n; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    a = f32x4.add(a, v128.and(v128.and(v, f32x4.ge(v, t)), headMask(n - i)));
  }
  return sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}

/** Number or sum of those of a row that are `least` or more. */
function amountFrom(x: usize, cols: i32, least: f32, counts: bool): f64 {
  if (counts) return <f64>countFrom(x, cols, least);
  let sum: f64 = 0;
  for (let at = 0; at < cols; at += BLOCK) sum += <f64>sumFrom(x + (<usize>at << 2), min(BLOCK, cols - at), least);
  return sum;
}

/** Copies those from `least` to below `limit`; how many they are, -1 if there is no room for them. */
function gather(out: usize, x: usize, cols: i32, least: f32, limit: f32): i32 {
  const low = f32x4.splat(least), high = f32x4.splat(limit);
  let n = 0;
  for (let i = 0; i < cols; i += 4) {
    const v = v128.load(x + (<usize>i << 2));
    let hits = i32x4.bitmask(v128.and(f32x4.ge(v, low), f32x4.lt(v, high)));
    if (hits == 0) continue;
    if (cols - i < 4) hits &= (1 << (cols - i)) - 1;
    if (n + 4 > ROOM) return -1;
    for (; hits; hits &= hits - 1, n++) {
      store<f32>(out + (<usize>n << 2), load<f32>(x + (<usize>(i + ctz(hits)) << 2)));
    }
  }
  return n;
}

/** The largest number from `low` to below `high`, both as ordered bits, from which on there is an amount of `want`. */
function bisect(x: usize, cols: i32, low: i64, high: i64, want: f64, counts: bool, room: usize): f32 {
  let above: f64 = 0;
  for (let step = 0; high - low > 1; step++) {
    if (step == COARSE) {
      const limit = reinterpret<f32>(ordered(<i32>high));
      const n = gather(room, x, cols, reinterpret<f32>(ordered(<i32>low)), limit);
      if (n >= 0) {
        above = amountFrom(x, cols, limit, counts);
        x = room;
        cols = n;
      }
    }
    const middle = (low + high) >> 1;
    if (above + amountFrom(x, cols, reinterpret<f32>(ordered(<i32>middle)), counts) >= want) low = middle;
    else high = middle;
  }
  return reinterpret<f32>(ordered(<i32>low));
}

/** The `k`-th largest of a row, equals counted; -∞ if it has fewer. `room` is a thread's scratch. */
export function kthLargest(x: usize, cols: i32, k: i32, room: usize): f32 {
  const low = ordered(reinterpret<i32>(<f32>-Infinity)), high = reinterpret<i32>(<f32>Infinity);
  return bisect(x, cols, low, high, <f64>k, true, room);
}

/** The largest weight such that those from it on have `share` of the row's sum. Weights are at most 1. */
export function massThreshold(x: usize, cols: i32, share: f32, room: usize): f32 {
  return bisect(x, cols, 0, reinterpret<i32>(<f32>1) + 1, <f64>share * amountFrom(x, cols, 0, false), false, room);
}
