/**
 * Vector functions over four floats, and rows whose length is no multiple of four.
 *
 * A row's tail goes through the same vector code as the rest, so an element's bits do not depend on where it stands.
 */

// @ts-ignore: decorator
@inline export function splat(x: f32): v128 { return f32x4.splat(x); }

/** 0xff… in the lanes of the first `n` of four elements. */
// @ts-ignore: decorator
@inline export function headMask(n: i32): v128 { return i32x4.gt_s(i32x4.splat(n), i32x4(0, 1, 2, 3)); }

/** Stores the first `n` ≤ 4 lanes. */
// @ts-ignore: decorator
@inline export function storeHead(p: usize, x: v128, n: i32): void {
  if (n >= 4) v128.store(p, x);
  else {
    v128.store32_lane(p, x, 0);
    if (n > 1) v128.store32_lane(p, x, 1, 4);
    if (n > 2) v128.store32_lane(p, x, 2, 8);
  }
}

/** Sum of the lanes: (0 + 2) + (1 + 3). */
// @ts-ignore: decorator
@inline export function sumLanes(x: v128): f32 {
  const y = f32x4.add(x, i32x4.shuffle(x, x, 2, 3, 2, 3));
  return f32x4.extract_lane(y, 0) + f32x4.extract_lane(y, 1);
}

/** Largest lane. */
// @ts-ignore: decorator
@inline export function maxLanes(x: v128): f32 {
  const y = f32x4.pmax(x, i32x4.shuffle(x, x, 2, 3, 2, 3));
  return max(f32x4.extract_lane(y, 0), f32x4.extract_lane(y, 1));
}

/** eˣ to 1 ulp or so; 0 below -87.3 (no subnormals), +∞ above 88.7, NaN of NaN. exp(0) is exactly 1. */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  const t = f32x4.pmin(f32x4.splat(88.8), f32x4.pmax(f32x4.splat(-87.33654), x)); // pmax(c, NaN) is c: mended below
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
  // 2ⁿ in two factors: n reaches 128.
  const i = i32x4.trunc_sat_f32x4_s(n), half = i32x4.shr_s(i, 1);
  y = f32x4.mul(y, i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23));
  y = f32x4.mul(y, i32x4.shl(i32x4.add(i32x4.sub(i, half), i32x4.splat(127)), 23));
  y = v128.andnot(y, f32x4.lt(x, f32x4.splat(-87.33654)));
  y = v128.bitselect(f32x4.splat(Infinity), y, f32x4.gt(x, f32x4.splat(88.72283)));
  return v128.bitselect(x, y, f32x4.ne(x, x));
}

/** ln x to 1 ulp or so; -∞ of 0, NaN below. */
// @ts-ignore: decorator
@inline export function log4(x: v128): v128 {
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const z = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny); // subnormals: scale by 2²³
  let e = i32x4.sub(i32x4.shr_u(z, 23), i32x4.splat(126));
  e = i32x4.sub(e, v128.and(tiny, i32x4.splat(23)));
  let m = v128.or(v128.and(z, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000)); // [0.5, 1)
  const low = f32x4.lt(m, f32x4.splat(0.707106781));
  let f = f32x4.convert_i32x4_s(i32x4.add(e, low)); // a true lane is -1
  m = f32x4.sub(f32x4.add(m, v128.and(low, m)), f32x4.splat(1));
  const q = f32x4.mul(m, m);
  let y = f32x4.splat(7.0376836292e-2);
  y = f32x4.relaxed_madd(y, m, f32x4.splat(-1.1514610310e-1));
  y = f32x4.relaxed_madd(y, m, f32x4.splat(1.1676998740e-1));
  y = f32x4.relaxed_madd(y, m, f32x4.splat(-1.2420140846e-1));
  y = f32x4.relaxed_madd(y, m, f32x4.splat(1.4249322787e-1));
  y = f32x4.relaxed_madd(y, m, f32x4.splat(-1.6668057665e-1));
  y = f32x4.relaxed_madd(y, m, f32x4.splat(2.0000714765e-1));
  y = f32x4.relaxed_madd(y, m, f32x4.splat(-2.4999993993e-1));
  y = f32x4.relaxed_madd(y, m, f32x4.splat(3.3333331174e-1));
  y = f32x4.mul(f32x4.mul(y, m), q);
  y = f32x4.relaxed_madd(f, f32x4.splat(-2.12194440e-4), y);
  y = f32x4.relaxed_madd(q, f32x4.splat(-0.5), y);
  y = f32x4.relaxed_madd(f, f32x4.splat(0.693359375), f32x4.add(m, y));
  y = v128.bitselect(f32x4.splat(Infinity), y, f32x4.eq(x, f32x4.splat(Infinity)));
  y = v128.bitselect(f32x4.splat(-Infinity), y, f32x4.eq(x, f32x4.splat(0)));
  const bad = v128.or(f32x4.lt(x, f32x4.splat(0)), f32x4.ne(x, x));
  return v128.bitselect(f32x4.splat(NaN), y, bad);
}

/** 1 / (1 + e⁻ˣ). */
// @ts-ignore: decorator
@inline export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** The least exponent of {@link expDown4}: e to it is the smallest normal number. */
export const lowest: f32 = -87.33654;

/** eˣ for x from {@link lowest} to 0, at half the cost of {@link exp4}; NaN of NaN. exp(0) is exactly 1. */
// @ts-ignore: decorator
@inline export function expDown4(x: v128): v128 {
  // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits.
  const k = f32x4.relaxed_madd(x, f32x4.splat(1.44269504), f32x4.splat(12582912));
  const n = f32x4.sub(k, f32x4.splat(12582912));
  let r = f32x4.relaxed_madd(n, f32x4.splat(-0.693359375), x);
  r = f32x4.relaxed_madd(n, f32x4.splat(2.12194440e-4), r);
  let y = f32x4.splat(1.9875691500e-4);
  y = f32x4.relaxed_madd(y, r, f32x4.splat(1.3981999507e-3));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(8.3334519073e-3));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(4.1665795894e-2));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(1.6666665459e-1));
  y = f32x4.relaxed_madd(y, r, f32x4.splat(5.0000001201e-1));
  y = f32x4.relaxed_madd(f32x4.mul(r, r), y, f32x4.add(r, f32x4.splat(1)));
  return f32x4.mul(y, i32x4.add(i32x4.shl(k, 23), i32x4.splat(0x3f800000)));
}
