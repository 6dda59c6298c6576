/**
 * Attention backward: a part is a segment with one key head and the query heads that share it.
 *
 * For each block of keys, for each head and block of queries: scores and weights again from the log-sum-exp, then
 * dV += Wᵀ dO, dK += dSᵀ Q and dQ += dS K. Every gradient element is one chain: dQ over keys, dK and dV over heads and
 * then queries, ascending. Blocks continue the chains, so their sizes leave no trace in the bits.
 */
import { splat, storeHead } from "../simd/math.as";
import { micro, microEdge, MR, NR, packA } from "../simd/micro.as";
import { ceil8, exp2Down4, log2e, packColumns, packRows, Segment } from "./blocks.as";
import { dot, KB, layOut, packQueries, Pair, QB } from "./pair.as";

@unmanaged
class BackwardArgs {
  q: usize; k: usize; v: usize; table: usize; out: usize; dOut: usize; stats: usize;
  dQ: usize; dK: usize; dV: usize;
  heads: i32; kvHeads: i32; headDim: i32; window: i32; scale: f32; segments: i32;
}

export function attention_backward(args: usize, part: i32, scratch: usize): void {
  const p = changetype<BackwardArgs>(args), s = changetype<Segment>(p.table + (<usize>(part / p.kvHeads) << 4));
  const d = p.headDim, kvHead = part % p.kvHeads, group = p.heads / p.kvHeads;
  const rowBytes = <usize>d << 2, stride = <usize>p.heads * rowBytes, kvStride = <usize>p.kvHeads * rowBytes;
  const x = changetype<Pair>(scratch);
  layOut(x, scratch, d);
  x.window = p.window;
  x.shift = s.kLength - s.qLength + 1;
  for (let i = 0; i < s.qLength; i++) {
    const at = <usize>(s.qStart + i) * p.heads + kvHead * group;
    memory.fill(p.dQ + at * rowBytes, 0, group * rowBytes);
    for (let pair = at; pair < at + group; pair++) {
      store<f32>(p.stats + (pair << 3), dot(p.out + pair * rowBytes, p.dOut + pair * rowBytes, d), 4);
    }
  }
  for (x.key = 0; x.key < s.kLength; x.key += KB) {
    const keys = x.keys = min(KB, s.kLength - x.key);
    const kAt = <usize>(s.kStart + x.key) * kvStride + <usize>kvHead * rowBytes;
    packRows(x.k, p.k + kAt, keys, d, kvStride);
    packRows(x.v, p.v + kAt, keys, d, kvStride);
    packColumns(x.kColumns, p.k + kAt, keys, d, kvStride);
    memory.fill(x.dK, 0, <usize>(KB * x.dp) << 2);
    memory.fill(x.dV, 0, <usize>(KB * x.dp) << 2);
    // The first query that sees this block's first key, and past the last one that sees its last key.
    const first = max(0, x.key + 1 - x.shift), last = min(s.qLength, x.key + keys - x.shift + p.window);
    for (let head = kvHead * group; head < (kvHead + 1) * group; head++) {
      for (x.query = first; x.query < last; x.query += QB) {
        const n = x.queries = min(QB, last - x.query);
        const at = <usize>(s.qStart + x.query) * stride + <usize>head * rowBytes;
        packQueries(x, p.q + at, stride, p.scale * log2e, x.q, x.tile);
        packQueries(x, p.dOut + at, stride, 1, x.dO, x.tile);
        packColumns(x.qColumns, p.q + at, n, d, stride);
        packColumns(x.dOColumns, p.dOut + at, n, d, stride);
        const stats = p.stats + (<usize>(s.qStart + x.query) * p.heads + head << 3);
        for (let row = 0; row < n; row += MR) {
          slopes(x, row, stats, <usize>p.heads << 3, p.scale);
          addQueries(x, row, p.dQ + at + <usize>row * stride, stride);
        }
        addKeys(x);
      }
    }
    for (let i = 0; i < keys; i++) {
      const to = kAt + <usize>i * kvStride, from = <usize>(i * x.dp) << 2;
      for (let c = 0; c < d; c += 4) {
        const o = <usize>c << 2;
        storeHead(p.dK + to + o, v128.load(x.dK + from + o), d - c);
        storeHead(p.dV + to + o, v128.load(x.dV + from + o), d - c);
      }
    }
  }
}

/** The weights W and the scores' slopes dS = scale · W (dO Vᵀ - delta) of six queries and all keys of the block. */
function slopes(x: Pair, row: i32, stats: usize, statsStride: usize, scale: f32): void {
  const d = x.headDim, rowBytes = <usize>d << 2, w = x.w + <usize>(row * KB) * 4, dS = x.dS + <usize>(row * KB) * 4;
  const q = x.q + <usize>row * rowBytes, dO = x.dO + <usize>row * rowBytes;
  const to = ceil8(min(x.keys, x.end(row + MR - 1))), from = max(0, x.end(row) - x.window) & ~7;
  for (let i = from; i < to; i += NR) {
    const o = <usize>i << 2, panel = <usize>i * rowBytes;
    micro(d, q, x.k + panel, 32, w + o, KB * 4, true);
    micro(d, dO, x.v + panel, 32, dS + o, KB * 4, true);
  }
  for (let r = 0; r < MR; r++) {
    const exists = row + r < x.queries, high = exists ? min(x.keys, x.end(row + r)) : 0, low = x.end(row + r) - x.window;
    const at = stats + <usize>(exists ? row + r : row) * statsStride, o = <usize>r * (KB * 4);
    const lse = v128.load32_splat(at), factor = splat(scale), delta = f32x4.mul(v128.load32_splat(at, 4), splat(-scale));
    const left = min(from, KB), right = max(to, left); // outside the tiles: 0
    memory.fill(w + o, 0, <usize>left << 2);
    memory.fill(dS + o, 0, <usize>left << 2);
    memory.fill(w + o + (<usize>right << 2), 0, <usize>(KB - right) << 2);
    memory.fill(dS + o + (<usize>right << 2), 0, <usize>(KB - right) << 2);
    for (let i = from; i < to; i += 8) {
      const c = o + (<usize>i << 2);
      let w0 = exp2Down4(f32x4.sub(v128.load(w + c), lse)), w1 = exp2Down4(f32x4.sub(v128.load(w + c, 16), lse));
      let s0 = f32x4.mul(w0, f32x4.relaxed_madd(v128.load(dS + c), factor, delta));
      let s1 = f32x4.mul(w1, f32x4.relaxed_madd(v128.load(dS + c, 16), factor, delta));
      if (i < low || i + 8 > high) {
        const seen0 = between(i, low, high), seen1 = between(i + 4, low, high);
        w0 = v128.and(w0, seen0);
        w1 = v128.and(w1, seen1);
        s0 = v128.and(s0, seen0);
        s1 = v128.and(s1, seen1);
      }
      v128.store(w + c, w0);
      v128.store(w + c, w1, 16);
      v128.store(dS + c, s0);
      v128.store(dS + c, s1, 16);
    }
  }
}

/** 0xff… in the lanes whose column, i to i + 3, is in [low, high). */
// @ts-ignore: decorator
@inline function between(i: i32, low: i32, high: i32): v128 {
  const column = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
  return v128.and(i32x4.ge_s(column, i32x4.splat(low)), i32x4.lt_s(column, i32x4.splat(high)));
}

/** dQ += dS K for six queries. */
function addQueries(x: Pair, row: i32, dQ: usize, stride: usize): void {
  const to = min(x.keys, x.end(row + MR - 1)), from = max(0, x.end(row) - x.window) & ~7;
  if (from >= to) return;
  packA(x.panel, x.dS + (<usize>(row * KB + from) << 2), MR, to - from, KB * 4, 4);
  let k = x.kColumns + (<usize>from << 5);
  const rows = min(MR, x.queries - row);
  for (let c = 0; c < x.headDim; c += NR) {
    microEdge(to - from, x.panel, k, 32, dQ + (<usize>c << 2), stride, false, rows, min(NR, x.headDim - c), x.tile);
    k += <usize>x.keys << 5;
  }
}

/** dV += Wᵀ dO and dK += dSᵀ Q over the block's queries, for all keys of the block. */
function addKeys(x: Pair): void {
  for (let key = 0; key < x.keys; key += MR) {
    const from = max(0, x.key + key + 1 - x.shift - x.query); // no query before it sees these keys
    const n = x.queries - from, c = <usize>(from * KB + key) << 2;
    if (n <= 0) return;
    addPanel(x, n, x.w + c, x.dOColumns + (<usize>from << 5), x.dV + (<usize>(key * x.dp) << 2));
    addPanel(x, n, x.dS + c, x.qColumns + (<usize>from << 5), x.dK + (<usize>(key * x.dp) << 2));
  }
}

function addPanel(x: Pair, n: i32, a: usize, b: usize, out: usize): void {
  packA(x.panel, a, MR, n, 4, KB * 4);
  for (let c = 0; c < x.dp; c += NR) {
    micro(n, x.panel, b, 32, out + (<usize>c << 2), <usize>x.dp << 2, false);
    b += <usize>x.queries << 5;
  }
}
