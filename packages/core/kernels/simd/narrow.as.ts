/**
 * Micro-kernels for few rows, for decoding: tiles of 1×32, 2×16 and 4×8. Each holds eight chains, as many as hide the
 * latency of a multiply-add, and streams its panels once. Elements are the same chains as in `micro`.
 *
 * Element (row, step) of a is at `row · rowStride + step · kStride` bytes; panels of 8 columns are `ldp` bytes apart.
 */

/** c[1, 32] (+)= a[1, k] · b[k, 32]. */
export function microOne(k: i32, a: usize, kStride: usize, b: usize, ldp: usize, c: usize, fresh: bool): void {
  let p1 = b + ldp, p2 = p1 + ldp, p3 = p2 + ldp;
  let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0, c4 = c0, c5 = c0, c6 = c0, c7 = c0;
  if (!fresh) {
    c0 = v128.load(c); c1 = v128.load(c, 16); c2 = v128.load(c, 32); c3 = v128.load(c, 48);
    c4 = v128.load(c, 64); c5 = v128.load(c, 80); c6 = v128.load(c, 96); c7 = v128.load(c, 112);
  }
  for (; k > 0; k--) {
    const x = v128.load32_splat(a);
    c0 = f32x4.relaxed_madd(x, v128.load(b), c0); c1 = f32x4.relaxed_madd(x, v128.load(b, 16), c1);
    c2 = f32x4.relaxed_madd(x, v128.load(p1), c2); c3 = f32x4.relaxed_madd(x, v128.load(p1, 16), c3);
    c4 = f32x4.relaxed_madd(x, v128.load(p2), c4); c5 = f32x4.relaxed_madd(x, v128.load(p2, 16), c5);
    c6 = f32x4.relaxed_madd(x, v128.load(p3), c6); c7 = f32x4.relaxed_madd(x, v128.load(p3, 16), c7);
    a += kStride;
    b += 32; p1 += 32; p2 += 32; p3 += 32;
  }
  v128.store(c, c0); v128.store(c, c1, 16); v128.store(c, c2, 32); v128.store(c, c3, 48);
  v128.store(c, c4, 64); v128.store(c, c5, 80); v128.store(c, c6, 96); v128.store(c, c7, 112);
}

/** c[2, 16] (+)= a[2, k] · b[k, 16]. */
export function microTwo(
  k: i32, a: usize, rowStride: usize, kStride: usize, b: usize, ldp: usize, c: usize, ldc: usize, fresh: bool,
): void {
  const r1 = c + ldc;
  let a1 = a + rowStride, p1 = b + ldp;
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00, c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  if (!fresh) {
    c00 = v128.load(c); c01 = v128.load(c, 16); c02 = v128.load(c, 32); c03 = v128.load(c, 48);
    c10 = v128.load(r1); c11 = v128.load(r1, 16); c12 = v128.load(r1, 32); c13 = v128.load(r1, 48);
  }
  for (; k > 0; k--) {
    const x = v128.load32_splat(a), y = v128.load32_splat(a1);
    let w = v128.load(b);
    c00 = f32x4.relaxed_madd(x, w, c00); c10 = f32x4.relaxed_madd(y, w, c10);
    w = v128.load(b, 16);
    c01 = f32x4.relaxed_madd(x, w, c01); c11 = f32x4.relaxed_madd(y, w, c11);
    w = v128.load(p1);
    c02 = f32x4.relaxed_madd(x, w, c02); c12 = f32x4.relaxed_madd(y, w, c12);
    w = v128.load(p1, 16);
    c03 = f32x4.relaxed_madd(x, w, c03); c13 = f32x4.relaxed_madd(y, w, c13);
    a += kStride; a1 += kStride;
    b += 32; p1 += 32;
  }
  v128.store(c, c00); v128.store(c, c01, 16); v128.store(c, c02, 32); v128.store(c, c03, 48);
  v128.store(r1, c10); v128.store(r1, c11, 16); v128.store(r1, c12, 32); v128.store(r1, c13, 48);
}

/** c[rows, 8] (+)= a[rows, k] · b[k, 8] for 3 or 4 rows; a fourth that is missing repeats the third. */
export function microFour(
  k: i32, a: usize, rowStride: usize, kStride: usize, b: usize, c: usize, ldc: usize, fresh: bool, rows: i32,
): void {
  const r1 = c + ldc, r2 = r1 + ldc, r3 = rows > 3 ? r2 + ldc : r2;
  let a1 = a + rowStride, a2 = a1 + rowStride, a3 = rows > 3 ? a2 + rowStride : a2;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  if (!fresh) {
    c00 = v128.load(c); c01 = v128.load(c, 16); c10 = v128.load(r1); c11 = v128.load(r1, 16);
    c20 = v128.load(r2); c21 = v128.load(r2, 16); c30 = v128.load(r3); c31 = v128.load(r3, 16);
  }
  for (; k > 0; k--) {
    const w0 = v128.load(b), w1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.relaxed_madd(x, w0, c00); c01 = f32x4.relaxed_madd(x, w1, c01);
    x = v128.load32_splat(a1);
    c10 = f32x4.relaxed_madd(x, w0, c10); c11 = f32x4.relaxed_madd(x, w1, c11);
    x = v128.load32_splat(a2);
    c20 = f32x4.relaxed_madd(x, w0, c20); c21 = f32x4.relaxed_madd(x, w1, c21);
    x = v128.load32_splat(a3);
    c30 = f32x4.relaxed_madd(x, w0, c30); c31 = f32x4.relaxed_madd(x, w1, c31);
    a += kStride; a1 += kStride; a2 += kStride; a3 += kStride;
    b += 32;
  }
  v128.store(c, c00); v128.store(c, c01, 16); v128.store(r1, c10); v128.store(r1, c11, 16);
  v128.store(r2, c20); v128.store(r2, c21, 16); v128.store(r3, c30); v128.store(r3, c31, 16);
}
