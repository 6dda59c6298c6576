/**
 * One row's products straight from memory, for decoding: packing keys that up to three rows need costs more than the
 * tile saves. Every element is the same chain as in the micro-kernel, so the bits are the same.
 */

/** s[i] = q · k[i] for i in [from, to), a multiple of 8 keys; keys from `n` on repeat the last one. */
export function scoresRow(s: usize, q: usize, k: usize, from: i32, to: i32, n: i32, d: i32, stride: usize): void {
  let i = from;
  for (; i + 16 <= min(to, n); i += 16) scores16(s + (<usize>i << 2), q, k + <usize>i * stride, d, stride);
  for (; i < to; i += 8) {
    const k0 = k + <usize>i * stride, step = i + 8 <= n ? stride : 0, last = k + <usize>(n - 1) * stride;
    const k1 = step ? k0 + step : min(k0 + stride, last), k2 = step ? k1 + step : min(k0 + 2 * stride, last);
    const k3 = step ? k2 + step : min(k0 + 3 * stride, last), k4 = step ? k3 + step : min(k0 + 4 * stride, last);
    const k5 = step ? k4 + step : min(k0 + 5 * stride, last), k6 = step ? k5 + step : min(k0 + 6 * stride, last);
    const k7 = step ? k6 + step : min(k0 + 7 * stride, last);
    let a = f32x4.splat(0), b = f32x4.splat(0), c: usize = 0;
    const end = <usize>d << 2;
    for (; c + 16 <= end; c += 16) {
      a = fourSteps(a, q + c, k0 + c, k1 + c, k2 + c, k3 + c);
      b = fourSteps(b, q + c, k4 + c, k5 + c, k6 + c, k7 + c);
    }
    for (; c < end; c += 4) {
      a = oneStep(a, q + c, k0 + c, k1 + c, k2 + c, k3 + c);
      b = oneStep(b, q + c, k4 + c, k5 + c, k6 + c, k7 + c);
    }
    v128.store(s + (<usize>i << 2), a);
    v128.store(s + (<usize>i << 2), b, 16);
  }
}

/** s[i] = q · k[i] for 16 keys that exist: as many chains side by side as hide the latency of a multiply-add. */
function scores16(s: usize, q: usize, k: usize, d: i32, stride: usize): void {
  const two = stride + stride, three = two + stride, four = two + two, end = k + (<usize>d << 2);
  let k1 = k + four, k2 = k1 + four, k3 = k2 + four;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (; k + 16 <= end; k += 16) {
    s0 = fourSteps(s0, q, k, k + stride, k + two, k + three);
    s1 = fourSteps(s1, q, k1, k1 + stride, k1 + two, k1 + three);
    s2 = fourSteps(s2, q, k2, k2 + stride, k2 + two, k2 + three);
    s3 = fourSteps(s3, q, k3, k3 + stride, k3 + two, k3 + three);
    q += 16; k1 += 16; k2 += 16; k3 += 16;
  }
  for (; k < end; k += 4) {
    s0 = oneStep(s0, q, k, k + stride, k + two, k + three);
    s1 = oneStep(s1, q, k1, k1 + stride, k1 + two, k1 + three);
    s2 = oneStep(s2, q, k2, k2 + stride, k2 + two, k2 + three);
    s3 = oneStep(s3, q, k3, k3 + stride, k3 + two, k3 + three);
    q += 4; k1 += 4; k2 += 4; k3 += 4;
  }
  v128.store(s, s0); v128.store(s, s1, 16); v128.store(s, s2, 32); v128.store(s, s3, 48);
}

/** Continues four keys' chains by one element. */
// @ts-ignore: decorator
@inline function oneStep(sum: v128, q: usize, k0: usize, k1: usize, k2: usize, k3: usize): v128 {
  let x = v128.load32_zero(k0);
  x = v128.load32_lane(k1, x, 1);
  x = v128.load32_lane(k2, x, 2);
  x = v128.load32_lane(k3, x, 3);
  return f32x4.relaxed_madd(v128.load32_splat(q), x, sum);
}

/** Continues four keys' chains by four elements: a 4×4 block, transposed in registers. */
// @ts-ignore: decorator
@inline function fourSteps(sum: v128, q: usize, k0: usize, k1: usize, k2: usize, k3: usize): v128 {
  const x0 = v128.load(k0), x1 = v128.load(k1), x2 = v128.load(k2), x3 = v128.load(k3);
  const l0 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l1 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
  const h0 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h1 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
  sum = f32x4.relaxed_madd(v128.load32_splat(q), i64x2.shuffle(l0, l1, 0, 2), sum);
  sum = f32x4.relaxed_madd(v128.load32_splat(q, 4), i64x2.shuffle(l0, l1, 1, 3), sum);
  sum = f32x4.relaxed_madd(v128.load32_splat(q, 8), i64x2.shuffle(h0, h1, 0, 2), sum);
  return f32x4.relaxed_madd(v128.load32_splat(q, 12), i64x2.shuffle(h0, h1, 1, 3), sum);
}

/** o[width] += Σ w[i] · v[i] over i in [from, to); width is a multiple of 8, v may be read up to it. */
export function outputRow(o: usize, w: usize, v: usize, from: i32, to: i32, width: i32, stride: usize): void {
  let c = 0;
  v += <usize>from * stride;
  w += <usize>from << 2;
  for (; c + 32 <= width; c += 32) {
    let a0 = v128.load(o), a1 = v128.load(o, 16), a2 = v128.load(o, 32), a3 = v128.load(o, 48);
    let a4 = v128.load(o, 64), a5 = v128.load(o, 80), a6 = v128.load(o, 96), a7 = v128.load(o, 112);
    for (let i = from, p = v, q = w; i < to; i++) {
      const x = v128.load32_splat(q);
      a0 = f32x4.relaxed_madd(x, v128.load(p), a0); a1 = f32x4.relaxed_madd(x, v128.load(p, 16), a1);
      a2 = f32x4.relaxed_madd(x, v128.load(p, 32), a2); a3 = f32x4.relaxed_madd(x, v128.load(p, 48), a3);
      a4 = f32x4.relaxed_madd(x, v128.load(p, 64), a4); a5 = f32x4.relaxed_madd(x, v128.load(p, 80), a5);
      a6 = f32x4.relaxed_madd(x, v128.load(p, 96), a6); a7 = f32x4.relaxed_madd(x, v128.load(p, 112), a7);
      p += stride;
      q += 4;
    }
    v128.store(o, a0); v128.store(o, a1, 16); v128.store(o, a2, 32); v128.store(o, a3, 48);
    v128.store(o, a4, 64); v128.store(o, a5, 80); v128.store(o, a6, 96); v128.store(o, a7, 112);
    o += 128;
    v += 128;
  }
  for (; c < width; c += 8) {
    let a0 = v128.load(o), a1 = v128.load(o, 16);
    for (let i = from, p = v, q = w; i < to; i++) {
      const x = v128.load32_splat(q);
      a0 = f32x4.relaxed_madd(x, v128.load(p), a0); a1 = f32x4.relaxed_madd(x, v128.load(p, 16), a1);
      p += stride;
      q += 4;
    }
    v128.store(o, a0); v128.store(o, a1, 16);
    o += 32;
    v += 32;
  }
}

/** Reads rows in the order of memory, so that what then reads them head by head finds them in the first-level cache. */
export function touch(p: usize, rows: i32, bytes: usize, stride: usize, sink: usize): void {
  let all = f32x4.splat(0);
  for (; rows > 0; rows--) {
    for (let i: usize = 0; i < bytes; i += 64) all = v128.or(all, v128.load(p + i));
    p += stride;
  }
  v128.store(sink, all);
}
