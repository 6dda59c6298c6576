// Weights e^((z − top) · scale) of a row, block by block, and the walk that draws from them.
import { expDown4, headMask, lowest, sumLanes } from "../simd/math.as";
import { PART, rowsOfPart } from "../simd/parts.as";
import { rowMax } from "../simd/rows.as";

/** Entries of a block; a constant, for a row's bits depend on it. */
export const BLOCK: i32 = 1024;
/** What -∞ becomes where a largest logit is subtracted: -∞ − -∞ would be NaN. */
const FLOOR: f32 = -3.4028234e38;

/** Bytes of a row's statistics: the largest logit and the sum of weights of each block. */
// @ts-ignore: decorator
@inline export function statsBytes(cols: i32): usize { return <usize>((cols + BLOCK - 1) / BLOCK) << 3; }

/** Weights of four logits; exactly 0 where they would be subnormal. */
// @ts-ignore: decorator
@inline export function weights4(z: v128, top: v128, scale: v128): v128 {
  const low = f32x4.splat(lowest), d = f32x4.mul(f32x4.sub(z, top), scale);
  return v128.andnot(expDown4(f32x4.pmax(d, low)), f32x4.lt(d, low)); // pmax(NaN, low) is NaN
}

/** Writes largest logit and sum of weights, relative to it, of each block of a stretch of a row. */
function blockStats(z: usize, cols: i32, scale: f32, stats: usize): void {
  const by = f32x4.splat(scale);
  for (let from = 0; from < cols; from += BLOCK) {
    const n = min(BLOCK, cols - from), q = z + (<usize>from << 2);
    const top = max(FLOOR, rowMax(q, n)), t = f32x4.splat(top);
    let a = f32x4.splat(0), b = a, i = 0;
    for (; i + 8 <= n; i += 8) {
      a = f32x4.add(a, weights4(v128.load(q + (<usize>i << 2)), t, by));
      b = f32x4.add(b, weights4(v128.load(q + (<usize>i << 2), 16), t, by));
    }
    for (; i < n; i += 4) {
      a = f32x4.add(a, v128.and(weights4(v128.load(q + (<usize>i << 2)), t, by), headMask(n - i)));
    }
    store<f32>(stats, top);
    store<f32>(stats, sumLanes(f32x4.add(a, b)), 4);
    stats += 8;
  }
}

/** Statistics of part `part` of all rows: several short rows, or PART entries of a long one. See kernel.ts. */
export function statsOfPart(logits: usize, rows: i32, cols: i32, scale: f32, stats: usize, part: i32): void {
  const groups = (cols + PART - 1) / PART, each = rowsOfPart(cols);
  const end = min((part + 1) * each, rows * groups);
  for (let unit = part * each; unit < end; unit++) {
    const row = unit / groups, from = (unit - row * groups) * PART;
    blockStats(
      logits + ((<usize>row * <usize>cols + <usize>from) << 2), min(PART, cols - from), scale,
      stats + <usize>row * statsBytes(cols) + ((<usize>from / BLOCK) << 3),
    );
  }
}

/** The largest logit of a row; makes the sums of its blocks relative to that one. */
export function combine(stats: usize, cols: i32, scale: f32): f32 {
  const end = stats + statsBytes(cols);
  let top = FLOOR;
  for (let at = stats; at < end; at += 8) top = max(top, load<f32>(at));
  for (let at = stats; at < end; at += 8) {
    const factor = weights4(f32x4.splat(load<f32>(at)), f32x4.splat(top), f32x4.splat(scale));
    store<f32>(at, load<f32>(at, 4) * f32x4.extract_lane(factor, 0), 4);
  }
  return top;
}

/** Sum of all blocks of a row. */
export function totalOf(stats: usize, cols: i32): f64 {
  let total: f64 = 0;
  for (let at = stats, end = stats + statsBytes(cols); at < end; at += 8) total += <f64>load<f32>(at, 4);
  return total;
}

/** Writes the weights of logits; those below `least` get 0. `out` may be `z`. */
export function writeWeights(out: usize, z: usize, n: i32, top: f32, scale: f32, least: f32): void {
  const t = f32x4.splat(top), by = f32x4.splat(scale), from = f32x4.splat(least);
  for (let i = 0; i < n; i += 4) {
    const o = <usize>i << 2, x = v128.load(z + o);
    v128.store(out + o, v128.and(weights4(x, t, by), f32x4.ge(x, from)));
  }
}

/**
 * Index of the first of `n` weights, `stride` bytes apart, up to which they sum to more than the number at `rest`; the
 * last one above 0 if rounding leaves none. Those below `least` count as 0. What came before it is subtracted at `rest`.
 */
export function walk(weights: usize, stride: usize, n: i32, rest: usize, least: f32): i32 {
  const want = load<f64>(rest);
  let sum: f64 = 0, before: f64 = 0, found = 0;
  for (let i = 0; i < n; i++) {
    const w = load<f32>(weights + <usize>i * stride);
    if (!(w > 0 && w >= least)) continue;
    before = sum;
    found = i;
    sum += <f64>w;
    if (sum > want) break;
  }
  store<f64>(rest, want - before);
  return found;
}
