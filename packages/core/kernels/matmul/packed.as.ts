/**
 * out[m, n] = a[m, k] · weightᵀ (+ bias[n]) (+ residual[m, n]) with weights that were packed once.
 *
 * Panels of 8 columns lie k steps long, one after the other, and come in groups of 4, the last one filled with zeros.
 * A part has one group and up to MC rows. Up to four rows read a where it lies, in tiles that are wide enough to hide
 * the latency of a multiply-add; more rows are packed by `matmul_pack`, and share each block of a panel. The chains are
 * those of `matmul`, so the bits are the same.
 */
import { epilogue, KC, MatmulArgs, MC } from "./matmul.as";
import { micro, microEdge, MR, NR, packB } from "../simd/micro.as";
import { microFour, microOne, microTwo } from "../simd/narrow.as";

/** Columns of a part. */
const GROUP: i32 = 32;
/** Panels of a group. */
const PANELS: usize = 4;

@unmanaged
class PackArgs {
  weight: usize; panels: usize;
  n: i32; k: i32;
}

/** Packs the columns of one group: rows of a weight of shape [n, k]. */
export function pack_weights(args: usize, part: i32, scratch: usize): void {
  const p = changetype<PackArgs>(args);
  const stride = <usize>p.k << 2, col = part * GROUP;
  for (let c = col; c < col + GROUP; c += NR) {
    packB(p.panels + <usize>c * stride, p.weight + <usize>c * stride, max(0, min(NR, p.n - c)), p.k, 4, stride);
  }
}

export function matmul_packed(args: usize, part: i32, scratch: usize): void {
  const p = changetype<MatmulArgs>(args);
  const groups = (p.n + GROUP - 1) / GROUP;
  const col = (part % groups) * GROUP, row = (part / groups) * MC;
  const rows = min(MC, p.m - row), cols = min(GROUP, p.n - col);
  const k = <usize>p.k, ld = <usize>p.n << 2;
  const out = p.out + <usize>row * ld + (<usize>col << 2), b = p.b + <usize>col * (k << 2);
  const whole = cols == GROUP; // otherwise the columns past the edge go to scratch
  const tile = scratch, c = whole ? out : tile + 256, ldc: usize = whole ? ld : GROUP * 4;
  if (p.m <= 4) {
    narrow(p.k, p.a, k << 2, 4, b, k << 5, c, ldc, true, rows);
  } else {
    const a = p.packed + <usize>row * (k << 2);
    const tiled = rows % MR == 5 ? rows : rows - rows % MR; // what is left has at most four rows
    for (let k0 = 0; k0 == 0 || k0 < p.k; k0 += KC) {
      const kc = min(KC, p.k - k0), panel = b + (<usize>k0 << 5), step = a + <usize>k0 * (MR * 4);
      for (let n: usize = 0; n < PANELS; n++) {
        const bn = panel + n * (k << 5), cn = c + (n << 5);
        for (let r = 0; r < tiled; r += MR) {
          const ar = step + <usize>r * (k << 2), cr = cn + <usize>r * ldc;
          if (r + MR <= rows) micro(kc, ar, bn, 32, cr, ldc, k0 == 0);
          else microEdge(kc, ar, bn, 32, cr, ldc, k0 == 0, rows - r, NR, tile);
        }
      }
      const rest = step + <usize>tiled * (k << 2);
      narrow(kc, rest, 4, MR * 4, panel, k << 5, c + <usize>tiled * ldc, ldc, k0 == 0, rows - tiled);
    }
  }
  if (!whole) {
    for (let r = 0; r < rows; r++) memory.copy(out + <usize>r * ld, c + <usize>r * ldc, <usize>cols << 2);
  }
  if (p.hasBias | p.hasResidual) epilogue(p, row, rows, col, col + cols);
}

/** Up to four rows of one group, whose panels are `ldp` bytes apart. */
function narrow(
  k: i32, a: usize, rowStride: usize, kStride: usize, b: usize, ldp: usize, c: usize, ldc: usize, fresh: bool, rows: i32,
): void {
  if (rows == 1) microOne(k, a, kStride, b, ldp, c, fresh);
  else if (rows == 2) {
    microTwo(k, a, rowStride, kStride, b, ldp, c, ldc, fresh);
    microTwo(k, a, rowStride, kStride, b + 2 * ldp, ldp, c + 64, ldc, fresh);
  } else if (rows > 2) {
    for (let n: usize = 0; n < PANELS; n++) {
      microFour(k, a, rowStride, kStride, b + n * ldp, c + (n << 5), ldc, fresh, rows);
    }
  }
}
