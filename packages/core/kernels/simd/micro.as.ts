/**
 * The micro-kernel: a 6×8 tile of a product, held in 12 vector registers (V8 has 16).
 *
 * Every element is one chain of `relaxed_madd` over k in ascending order. All products on the CPU are such chains (those
 * of attention's single rows, in attention/direct.as.ts, without a tile), so an element has the same bits wherever in a
 * matrix, a batch or a tile it is computed.
 */

/** Rows of a tile. */
export const MR: i32 = 6;
/** Columns of a tile. */
export const NR: i32 = 8;

/**
 * c[6, 8] (+)= a[k, 6]ᵀ · b[k, 8].
 *
 * @param k Length of the chain.
 * @param a Packed panel: 6 floats a step.
 * @param b Panel: 8 floats a step, `ldb` bytes from step to step.
 * @param c Tile: 8 floats a row, `ldc` bytes from row to row.
 * @param fresh Whether chains start at 0 instead of what is in `c`.
 */
export function micro(k: i32, a: usize, b: usize, ldb: usize, c: usize, ldc: usize, fresh: bool): void {
  const r1 = c + ldc, r2 = r1 + ldc, r3 = r2 + ldc, r4 = r3 + ldc, r5 = r4 + ldc;
  let c00: v128, c01: v128, c10: v128, c11: v128, c20: v128, c21: v128;
  let c30: v128, c31: v128, c40: v128, c41: v128, c50: v128, c51: v128;
  if (fresh) {
    const z = f32x4.splat(0);
    c00 = z; c01 = z; c10 = z; c11 = z; c20 = z; c21 = z; c30 = z; c31 = z; c40 = z; c41 = z; c50 = z; c51 = z;
  } else {
    c00 = v128.load(c); c01 = v128.load(c, 16); c10 = v128.load(r1); c11 = v128.load(r1, 16);
    c20 = v128.load(r2); c21 = v128.load(r2, 16); c30 = v128.load(r3); c31 = v128.load(r3, 16);
    c40 = v128.load(r4); c41 = v128.load(r4, 16); c50 = v128.load(r5); c51 = v128.load(r5, 16);
  }
  for (; k > 0; k--) {
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = f32x4.relaxed_madd(x, b0, c00); c01 = f32x4.relaxed_madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = f32x4.relaxed_madd(x, b0, c10); c11 = f32x4.relaxed_madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = f32x4.relaxed_madd(x, b0, c20); c21 = f32x4.relaxed_madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = f32x4.relaxed_madd(x, b0, c30); c31 = f32x4.relaxed_madd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = f32x4.relaxed_madd(x, b0, c40); c41 = f32x4.relaxed_madd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = f32x4.relaxed_madd(x, b0, c50); c51 = f32x4.relaxed_madd(x, b1, c51);
    a += 24;
    b += ldb;
  }
  v128.store(c, c00); v128.store(c, c01, 16); v128.store(r1, c10); v128.store(r1, c11, 16);
  v128.store(r2, c20); v128.store(r2, c21, 16); v128.store(r3, c30); v128.store(r3, c31, 16);
  v128.store(r4, c40); v128.store(r4, c41, 16); v128.store(r5, c50); v128.store(r5, c51, 16);
}

/**
 * As {@link micro}, for a tile at a matrix's edge: only `rows` × `cols` of it exist.
 *
 * @param tile Scratch for one 6×8 tile (192 bytes).
 */
export function microEdge(
  k: i32, a: usize, b: usize, ldb: usize, c: usize, ldc: usize, fresh: bool, rows: i32, cols: i32, tile: usize,
): void {
  if (rows == MR && cols == NR) return micro(k, a, b, ldb, c, ldc, fresh);
  if (!fresh) {
    for (let r = 0; r < rows; r++) memory.copy(tile + (r << 5), c + <usize>r * ldc, <usize>cols << 2);
  }
  micro(k, a, b, ldb, tile, 32, fresh);
  for (let r = 0; r < rows; r++) memory.copy(c + <usize>r * ldc, tile + (r << 5), <usize>cols << 2);
}

/**
 * Packs `rows` ≤ 6 rows of a matrix into a panel, `k` steps of 6 floats; missing rows become 0.
 *
 * @param src First element; `rowStride` and `kStride` are in bytes.
 */
export function packA(dst: usize, src: usize, rows: i32, k: i32, rowStride: usize, kStride: usize): void {
  if (rows == MR && kStride == 4) {
    const s1 = src + rowStride, s2 = s1 + rowStride, s3 = s2 + rowStride, s4 = s3 + rowStride, s5 = s4 + rowStride;
    let i = 0;
    for (; i + 4 <= k; i += 4) {
      const o = <usize>i << 2;
      const x0 = v128.load(src + o), x1 = v128.load(s1 + o), x2 = v128.load(s2 + o);
      const x3 = v128.load(s3 + o), x4 = v128.load(s4 + o), x5 = v128.load(s5 + o);
      const l0 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l1 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
      const l2 = i32x4.shuffle(x4, x5, 0, 4, 1, 5);
      const h0 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h1 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
      const h2 = i32x4.shuffle(x4, x5, 2, 6, 3, 7);
      v128.store(dst, i64x2.shuffle(l0, l1, 0, 2));
      v128.store(dst, i64x2.shuffle(l2, l0, 0, 3), 16);
      v128.store(dst, i64x2.shuffle(l1, l2, 1, 3), 32);
      v128.store(dst, i64x2.shuffle(h0, h1, 0, 2), 48);
      v128.store(dst, i64x2.shuffle(h2, h0, 0, 3), 64);
      v128.store(dst, i64x2.shuffle(h1, h2, 1, 3), 80);
      dst += 96;
    }
    for (; i < k; i++) {
      const o = <usize>i << 2;
      store<f32>(dst, load<f32>(src + o)); store<f32>(dst, load<f32>(s1 + o), 4);
      store<f32>(dst, load<f32>(s2 + o), 8); store<f32>(dst, load<f32>(s3 + o), 12);
      store<f32>(dst, load<f32>(s4 + o), 16); store<f32>(dst, load<f32>(s5 + o), 20);
      dst += 24;
    }
    return;
  }
  if (rows == MR && rowStride == 4) {
    for (let i = 0; i < k; i++) {
      v128.store(dst, v128.load(src));
      v128.store64_lane(dst, v128.load64_zero(src, 16), 0, 16);
      src += kStride;
      dst += 24;
    }
    return;
  }
  for (let i = 0; i < k; i++) {
    for (let r = 0; r < MR; r++) {
      store<f32>(dst + (r << 2), r < rows ? load<f32>(src + <usize>r * rowStride) : 0);
    }
    src += kStride;
    dst += 24;
  }
}

/**
 * Packs `cols` ≤ 8 columns of a matrix into a panel, `k` steps of 8 floats; missing columns become 0.
 *
 * @param src First element; `kStride` and `colStride` are in bytes.
 */
export function packB(dst: usize, src: usize, cols: i32, k: i32, kStride: usize, colStride: usize): void {
  if (cols == NR && colStride == 4) {
    for (let i = 0; i < k; i++) {
      v128.store(dst, v128.load(src));
      v128.store(dst, v128.load(src, 16), 16);
      src += kStride;
      dst += 32;
    }
    return;
  }
  if (cols == NR && kStride == 4) {
    let i = 0;
    const s1 = colStride, s2 = s1 + s1, s3 = s2 + s1, s4 = s3 + s1;
    for (; i + 4 <= k; i += 4) {
      for (let half: usize = 0; half < 2; half++) {
        const q = src + half * s4;
        const x0 = v128.load(q), x1 = v128.load(q + s1), x2 = v128.load(q + s2), x3 = v128.load(q + s3);
        const l0 = i32x4.shuffle(x0, x1, 0, 4, 1, 5), l1 = i32x4.shuffle(x2, x3, 0, 4, 1, 5);
        const h0 = i32x4.shuffle(x0, x1, 2, 6, 3, 7), h1 = i32x4.shuffle(x2, x3, 2, 6, 3, 7);
        const d = dst + (half << 4);
        v128.store(d, i64x2.shuffle(l0, l1, 0, 2));
        v128.store(d, i64x2.shuffle(l0, l1, 1, 3), 32);
        v128.store(d, i64x2.shuffle(h0, h1, 0, 2), 64);
        v128.store(d, i64x2.shuffle(h0, h1, 1, 3), 96);
      }
      src += 16;
      dst += 128;
    }
    for (; i < k; i++) {
      for (let c = 0; c < NR; c++) store<f32>(dst + (c << 2), load<f32>(src + <usize>c * colStride));
      src += 4;
      dst += 32;
    }
    return;
  }
  for (let i = 0; i < k; i++) {
    for (let c = 0; c < NR; c++) {
      store<f32>(dst + (c << 2), c < cols ? load<f32>(src + <usize>c * colStride) : 0);
    }
    src += kStride;
    dst += 32;
  }
}
