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

// Constants from memory: V8 builds a vector constant anew, in several instructions, wherever it stands.
const E = memory.data<f32>([
  1.44269504, 12582912, -0.693359375, 2.12194440e-4, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3,
  4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, 1, -87.33654, 88.72283, 88.8, Infinity,
]);
const LOG2E = E, MAGIC = E + 4, LN2_HIGH = E + 8, LN2_LOW = E + 12, POLY = E + 16, ONE = E + 40;
const LOW = E + 44, HIGH = E + 48, ABOVE = E + 52, INF = E + 56;

/** One number from memory, four times. */
// @ts-ignore: decorator
@inline function all(p: usize): v128 { return v128.load32_splat(p); }

/** eʳ for |r| ≤ ½ ln 2. */
// @ts-ignore: decorator
@inline function expSmall(r: v128): v128 {
  let y = f32x4.relaxed_madd(all(POLY), r, all(POLY + 4));
  y = f32x4.relaxed_madd(y, r, all(POLY + 8));
  y = f32x4.relaxed_madd(y, r, all(POLY + 12));
  y = f32x4.relaxed_madd(y, r, all(POLY + 16));
  y = f32x4.relaxed_madd(y, r, all(POLY + 20));
  return f32x4.relaxed_madd(f32x4.mul(r, r), y, f32x4.add(r, all(ONE)));
}

/** eˣ to 1 ulp or so; 0 below -87.3 (no subnormals), +∞ above 88.7, NaN of NaN. exp(0) is exactly 1. */
// @ts-ignore: decorator
@inline export function exp4(x: v128): v128 {
  const low = all(LOW), one = all(ONE);
  const t = f32x4.pmin(all(ABOVE), f32x4.pmax(low, x)); // pmax(c, NaN) is c: mended below
  const n = f32x4.nearest(f32x4.mul(t, all(LOG2E)));
  let y = expSmall(f32x4.relaxed_madd(n, all(LN2_LOW), f32x4.relaxed_madd(n, all(LN2_HIGH), t)));
  // 2ⁿ in two factors: n reaches 128.
  const i = i32x4.trunc_sat_f32x4_s(n), half = i32x4.shr_s(i, 1);
  y = f32x4.mul(y, i32x4.add(i32x4.shl(half, 23), one));
  y = f32x4.mul(y, i32x4.add(i32x4.shl(i32x4.sub(i, half), 23), one));
  y = v128.andnot(y, f32x4.lt(x, low));
  y = v128.bitselect(all(INF), y, f32x4.gt(x, all(HIGH)));
  return v128.bitselect(x, y, f32x4.ne(x, x));
}

/** The least exponent of {@link expDown4}: e to it is the smallest normal number. */
export const lowest: f32 = -87.33654;

/** eˣ for x from {@link lowest} to 0, at a lower cost than {@link exp4}; NaN of NaN. exp(0) is exactly 1. */
// @ts-ignore: decorator
@inline export function expDown4(x: v128): v128 {
  // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits.
  const magic = all(MAGIC), k = f32x4.relaxed_madd(x, all(LOG2E), magic), n = f32x4.sub(k, magic);
  const y = expSmall(f32x4.relaxed_madd(n, all(LN2_LOW), f32x4.relaxed_madd(n, all(LN2_HIGH), x)));
  return f32x4.mul(y, i32x4.add(i32x4.shl(k, 23), all(ONE)));
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

/** 1 / (1 + e⁻ˣ), of both signs from e^-|x|; for x below {@link lowest} e to that. */
// @ts-ignore: decorator
@inline export function sigmoid4(x: v128): v128 {
  const one = all(ONE), e = expDown4(f32x4.pmax(f32x4.neg(f32x4.abs(x)), all(LOW))); // pmax(NaN, low) is NaN
  return f32x4.div(v128.bitselect(e, one, i32x4.shr_s(x, 31)), f32x4.add(one, e));
}
