/**
 * Attention forward: a part is a block of a segment's queries with the heads that share one key head.
 *
 * The rows of a part are (query, head) pairs, so that heads of a group share packed keys, and one token's heads share
 * a tile. Keys come in blocks of KB, counted from the segment's first key. A row's scores, running maximum, sum and
 * output depend on its own keys alone: masked keys weigh exactly 0, which changes no bit, so a row may be computed
 * alone, in any block of rows, or with later keys present.
 *
 * Few rows are not packed but take keys and values where they lie; the host then gives a part `together` key heads,
 * whose keys are neighbours in memory.
 */
import { log4, maxLanes, splat, storeHead, sumLanes } from "../simd/math.as";
import { micro, MR, NR, packA } from "../simd/micro.as";
import { outputRow, scoresRow, touch } from "./direct.as";
import { ceil8, checkLayout, exp2Down4, log2e, mask, packColumns, packRows, scaleRow, Segment } from "./blocks.as";

/** Keys of a block. */
const KB: i32 = 128;
/** Rows that share one packing of a block of keys. */
const ROWS: i32 = 132;
/** Rows up to which packing does not pay. */
const DIRECT: i32 = 3; // as in attention.ts
/** Keys that every head takes before the next ones: what the first-level cache holds of several heads. */
const STEP: i32 = 16;

@unmanaged
class ForwardArgs {
  q: usize; k: usize; v: usize; table: usize; out: usize; stats: usize;
  heads: i32; kvHeads: i32; headDim: i32; window: i32; scale: f32; each: i32; blocks: i32; blocksAt: i32; together: i32;
}

/** A chunk of rows at work, and where its scratch lies. */
@unmanaged
class Chunk {
  first: i32; rows: i32; group: i32; shift: i32; window: i32; headDim: i32; dp: i32; // dp: headDim up to a multiple of 8
  q: usize; k: usize; v: usize; // packed
  o: usize; m: usize; l: usize; // outputs [ROWS, dp], running maxima and sums [ROWS]
  s: usize; w: usize; // scores [6, KB], weights [KB, 6]

  /** Number of keys that a row sees, counted from the segment's first key and without the window. */
  @inline end(row: i32): i32 { return this.shift + (this.first + min(row, this.rows - 1)) / this.group; }
}

export function attention_forward(args: usize, part: i32, scratch: usize): void {
  const p = changetype<ForwardArgs>(args);
  const groups = p.kvHeads / p.together, kvHead = part % groups * p.together;
  const entry = p.table + (<usize>(p.blocksAt + 2 * (part / groups)) << 2);
  const s = changetype<Segment>(p.table + (<usize>load<u32>(entry) << 4)), query = load<i32>(entry, 4);
  const c = changetype<Chunk>(scratch), d = <usize>p.headDim;
  c.group = p.heads / p.kvHeads;
  c.shift = s.kLength - s.qLength + 1;
  c.window = p.window;
  c.headDim = p.headDim;
  c.dp = ceil8(p.headDim);
  c.m = scratch + 256;
  c.l = c.m + ROWS * 4 + 48;
  c.s = c.l + ROWS * 4 + 48;
  c.w = c.s + MR * KB * 4;
  c.q = c.w + MR * KB * 4 + 64;
  c.o = c.q + ROWS * d * 4 + 64;
  c.k = c.o + ROWS * <usize>c.dp * 4;
  c.v = c.k + KB * d * 4;
  checkLayout(scratch, c.v + KB * <usize>c.dp * 4);
  const end = min(query + p.each, s.qLength) * c.group;
  for (let row = query * c.group; row < end; row += ROWS) {
    c.first = row;
    c.rows = min(ROWS, end - row);
    if (c.rows <= DIRECT) directRows(p, s, c, kvHead);
    else forwardRows(p, s, c, kvHead);
  }
}

/** Index of a row's (query, head) pair. */
// @ts-ignore: decorator
@inline function pair(p: ForwardArgs, s: Segment, c: Chunk, kvHead: i32, row: i32): usize {
  const r = c.first + row;
  return <usize>(s.qStart + r / c.group) * p.heads + kvHead * c.group + r % c.group;
}

function forwardRows(p: ForwardArgs, s: Segment, c: Chunk, kvHead: i32): void {
  const d = p.headDim, dp = c.dp, rowBytes = <usize>d << 2, kvStride = <usize>p.kvHeads * rowBytes;
  const scale = splat(p.scale * log2e), aligned = (rowBytes + 15) & ~15;
  for (let r = 0; r < c.rows; r += MR) {
    const rows = min(MR, c.rows - r); // c.o is free until the rows are packed
    for (let i = 0; i < rows; i++) {
      scaleRow(c.o + <usize>i * aligned, p.q + pair(p, s, c, kvHead, r + i) * rowBytes, d, scale);
    }
    packA(c.q + <usize>r * rowBytes, c.o, rows, d, aligned, 4);
  }
  const filled = (c.rows + MR - 1) / MR * MR;
  clear(c, filled);
  const last = c.end(c.rows - 1), begin = max(0, c.end(0) - c.window);
  for (let key = begin / KB * KB; key < last; key += KB) {
    const n = min(KB, last - key), at = <usize>(s.kStart + key) * kvStride + <usize>kvHead * rowBytes;
    packRows(c.k, p.k + at, n, d, kvStride);
    packColumns(c.v, p.v + at, n, d, kvStride);
    for (let r = 0; r < c.rows; r += MR) {
      const to = min(n, c.end(r + MR - 1) - key), from = max(0, c.end(r) - c.window - key) & ~7;
      if (from >= to) continue;
      const q = c.q + <usize>r * rowBytes;
      for (let i = from; i < to; i += NR) {
        micro(d, q, c.k + <usize>i * rowBytes, 32, c.s + (<usize>i << 2), KB * 4, true);
      }
      for (let i = r; i < r + MR; i++) {
        softmaxRow(c, i, c.s + <usize>(i % MR) * (KB * 4), c.end(i) - key, from, ceil8(to));
      }
      packA(c.w, c.s + (<usize>from << 2), MR, to - from, KB * 4, 4);
      let v = c.v + (<usize>from << 5), o = c.o + (<usize>(r * dp) << 2);
      for (let i = 0; i < dp; i += NR) {
        micro(to - from, c.w, v, 32, o, <usize>dp << 2, false);
        v += <usize>n << 5;
        o += 32;
      }
    }
  }
  for (let r = 0; r < c.rows; r++) finish(p, c, r, pair(p, s, c, kvHead, r));
}

/** Up to DIRECT rows of each of `together` key heads; line `i · rows + r` is row r of the i-th head. */
function directRows(p: ForwardArgs, s: Segment, c: Chunk, kvHead: i32): void {
  const d = p.headDim, dp = c.dp, rowBytes = <usize>d << 2, kvStride = <usize>p.kvHeads * rowBytes;
  const scale = splat(p.scale * log2e), padded = <usize>dp << 2, rows = c.rows, heads = p.together;
  const q = c.k, scores = q + <usize>(heads * rows) * padded; // nothing is packed
  checkLayout(changetype<usize>(c), scores + <usize>(heads * rows) * (KB * 4));
  for (let i = 0; i < heads; i++) {
    for (let r = 0; r < rows; r++) {
      scaleRow(q + <usize>(i * rows + r) * padded, p.q + pair(p, s, c, kvHead + i, r) * rowBytes, d, scale);
    }
  }
  clear(c, heads * rows);
  const last = c.end(rows - 1), begin = max(0, c.end(0) - c.window);
  for (let key = begin / KB * KB; key < last; key += KB) {
    const n = min(KB, last - key), at = <usize>(s.kStart + key) * kvStride + <usize>kvHead * rowBytes;
    for (let step = 0; step < n; step += STEP) {
      touch(p.k + at + <usize>step * kvStride, min(STEP, n - step), <usize>heads * rowBytes, kvStride, c.s);
      for (let i = 0; i < heads; i++) {
        for (let r = 0; r < rows; r++) {
          const end = c.end(r) - key, line = <usize>(i * rows + r);
          const from = max(step, max(0, end - c.window) & ~7), to = min(step + STEP, ceil8(min(n, end)));
          scoresRow(scores + line * (KB * 4), q + line * padded, p.k + at + <usize>i * rowBytes, from, to, n, d, kvStride);
        }
      }
    }
    for (let line = 0; line < heads * rows; line++) {
      const end = c.end(line % rows) - key, from = max(0, end - c.window) & ~7, to = min(n, end);
      if (from < to) softmaxRow(c, line, scores + <usize>line * (KB * 4), end, from, ceil8(to));
    }
    for (let step = 0; step < n; step += STEP) {
      touch(p.v + at + <usize>step * kvStride, min(STEP, n - step), <usize>heads * rowBytes, kvStride, c.s);
      for (let i = 0; i < heads; i++) {
        for (let r = 0; r < rows; r++) {
          const end = c.end(r) - key, line = <usize>(i * rows + r);
          const from = max(step, max(0, end - c.window) & ~7), to = min(step + STEP, min(n, end));
          if (from >= to) continue;
          outputRow(c.o + line * padded, scores + line * (KB * 4), p.v + at + <usize>i * rowBytes, from, to, dp, kvStride);
        }
      }
    }
  }
  for (let i = 0; i < heads; i++) {
    for (let r = 0; r < rows; r++) finish(p, c, i * rows + r, pair(p, s, c, kvHead + i, r));
  }
}

/** No key seen yet, for some rows. */
function clear(c: Chunk, rows: i32): void {
  memory.fill(c.o, 0, <usize>(rows * c.dp) << 2);
  for (let r = 0; r < rows; r += 4) {
    v128.store(c.m + (<usize>r << 2), f32x4.splat(-Infinity));
    v128.store(c.l + (<usize>r << 2), f32x4.splat(0));
  }
}

/** Divides a row's output by its sum, and stores it as that of a (query, head) pair. */
function finish(p: ForwardArgs, c: Chunk, row: i32, at: usize): void {
  const d = p.headDim, o = c.o + (<usize>(row * c.dp) << 2), out = p.out + at * (<usize>d << 2);
  const m = load<f32>(c.m + (<usize>row << 2)), l = load<f32>(c.l + (<usize>row << 2));
  const sum = f32x4.splat(l == 0 ? 1 : l); // a row without keys: 0
  for (let i = 0; i < d; i += 4) {
    const b = <usize>i << 2;
    storeHead(out + b, f32x4.div(v128.load(o + b), sum), d - i);
  }
  store<f32>(p.stats + (at << 3), l == 0 ? 0 : m + log2e * f32x4.extract_lane(log4(sum), 0));
}

/** Turns a row's scores s of one block into weights and moves its running maximum, sum and output; it sees `high` keys. */
function softmaxRow(c: Chunk, row: i32, s: usize, high: i32, from: i32, to: i32): void {
  mask(s, from, high - c.window, high, to, -Infinity);
  const mAt = c.m + (<usize>row << 2), lAt = c.l + (<usize>row << 2), before = load<f32>(mAt);
  let top = f32x4.splat(before);
  for (let i = from; i < to; i += 4) top = f32x4.pmax(top, v128.load(s + (<usize>i << 2)));
  const m = maxLanes(top);
  let l = load<f32>(lAt);
  if (m > before) {
    store<f32>(mAt, m);
    if (before != -Infinity) {
      const factor = exp2Down4(f32x4.splat(before - m)), o = c.o + (<usize>(row * c.dp) << 2);
      l *= f32x4.extract_lane(factor, 0);
      for (let i: usize = 0, end = <usize>c.dp << 2; i < end; i += 16) v128.store(o + i, f32x4.mul(v128.load(o + i), factor));
    }
  }
  const base = splat(m == -Infinity ? 0 : m); // no key seen yet: every weight is 0
  let total = f32x4.splat(0);
  for (let i = from; i < to; i += 8) {
    const o = s + (<usize>i << 2);
    const w0 = exp2Down4(f32x4.sub(v128.load(o), base)), w1 = exp2Down4(f32x4.sub(v128.load(o, 16), base));
    v128.store(o, w0);
    v128.store(o, w1, 16);
    total = f32x4.add(total, f32x4.add(w0, w1));
  }
  store<f32>(lAt, l + sumLanes(total));
}
