/**
 * out[m, n] = a[m, k] · b[k, n] (+ bias[n]) (+ residual[m, n]), or out += a · b.
 *
 * Two passes. `matmul_pack` copies a into panels of 6 rows that every thread then reads. `matmul` gives each part
 * 16 columns and up to MC rows: it packs its own columns of b, one block of KC steps at a time, and multiplies.
 * The blocks continue the same chains, so KC, MC and the split leave no trace in the bits.
 */
import { storeHead } from "../simd/math.as";
import { micro, microEdge, MR, NR, packA, packB } from "../simd/micro.as";

/** Steps of k in a block: a panel of b (8 columns) then takes 8 KiB of the first-level cache. */
export const KC: i32 = 256;
/** Rows of a part: packing b is shared by this many. */
export const MC: i32 = 384;
/** Columns of a part: a whole cache line of out. */
const NC: i32 = 16;

@unmanaged
export class MatmulArgs {
  a: usize; b: usize; bias: usize; residual: usize; out: usize;
  m: i32; n: i32; k: i32;
  aOffset: usize; bOffset: usize; outOffset: usize; // elements
  transposeA: u32; transposeB: u32; hasBias: u32; hasResidual: u32; accumulate: u32;
  packed: usize;
}

export function matmul_pack(args: usize, part: i32, scratch: usize): void {
  const p = changetype<MatmulArgs>(args);
  const k = <usize>p.k;
  const rowStride: usize = p.transposeA ? 4 : k << 2;
  const kStride: usize = p.transposeA ? <usize>p.m << 2 : 4;
  const a = p.a + (p.aOffset << 2);
  const end = min((part + 1) * 8, (p.m + MR - 1) / MR);
  for (let panel = part * 8; panel < end; panel++) {
    const row = panel * MR;
    packA(p.packed + <usize>row * (k << 2), a + <usize>row * rowStride, min(MR, p.m - row), p.k, rowStride, kStride);
  }
}

export function matmul(args: usize, part: i32, scratch: usize): void {
  const p = changetype<MatmulArgs>(args);
  const groups = (p.n + NC - 1) / NC;
  const col = (part % groups) * NC;
  const row = (part / groups) * MC;
  const rows = min(MC, p.m - row);
  const k = <usize>p.k;
  const kStride: usize = p.transposeB ? 4 : <usize>p.n << 2;
  const colStride: usize = p.transposeB ? k << 2 : 4;
  const ldc = <usize>p.n << 2;
  const b = p.b + (p.bOffset << 2);
  const out = p.out + (p.outOffset << 2) + <usize>row * ldc;
  const panel = scratch, tile = scratch + <usize>KC * NR * 4;
  const colEnd = min(col + NC, p.n);
  for (let k0 = 0; k0 == 0 || k0 < p.k; k0 += KC) {
    const kc = min(KC, p.k - k0);
    const fresh = k0 == 0 && !p.accumulate;
    for (let c = col; c < colEnd; c += NR) {
      const cols = min(NR, p.n - c);
      packB(panel, b + <usize>k0 * kStride + <usize>c * colStride, cols, kc, kStride, colStride);
      let a = p.packed + <usize>row * (k << 2) + <usize>k0 * MR * 4;
      let o = out + (<usize>c << 2);
      for (let r = 0; r < rows; r += MR) {
        if (cols == NR && r + MR <= rows) micro(kc, a, panel, 32, o, ldc, fresh);
        else microEdge(kc, a, panel, 32, o, ldc, fresh, min(MR, rows - r), cols, tile);
        a += k * MR * 4;
        o += ldc * MR;
      }
    }
  }
  if (p.hasBias | p.hasResidual) epilogue(p, row, rows, col, colEnd);
}

/** Adds bias and residual to rows and columns that are computed. */
export function epilogue(p: MatmulArgs, row: i32, rows: i32, col: i32, colEnd: i32): void {
  for (let r = row; r < row + rows; r++) {
    const at = <usize>r * <usize>p.n;
    const out = p.out + ((p.outOffset + at) << 2), residual = p.residual + (at << 2);
    for (let c = col; c < colEnd; c += 4) {
      const o = <usize>c << 2;
      let x = v128.load(out + o);
      if (p.hasBias) x = f32x4.add(x, v128.load(p.bias + o));
      if (p.hasResidual) x = f32x4.add(x, v128.load(residual + o));
      storeHead(out + o, x, colEnd - c);
    }
  }
}

@unmanaged
class MicroBenchArgs {
  a: usize; b: usize; out: usize; k: i32; repeats: i32;
}

/** The bare micro-kernel over panels that stay in the first-level cache: the ceiling that benchmarks compare with. */
export function micro_bench(args: usize, part: i32, scratch: usize): void {
  const p = changetype<MicroBenchArgs>(args);
  for (let i = 0; i < p.repeats; i++) micro(p.k, p.a, p.b, 32, p.out, 32, i == 0);
}
