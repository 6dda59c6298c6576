// Row statistics of a chunk of logits, and their gradient. See kernel.ts for what each buffer holds.
import { expDown4, headMask, log4, lowest, storeHead, sumLanes } from "../simd/math.as";
import { indexOf, rowMax } from "../simd/rows.as";

/** Rows of a part. */
const ROWS: i32 = 16;

@unmanaged
class LogProbArgs {
  logits: usize; targets: usize; state: usize; logProb: usize; entropy: usize; argmax: usize;
  row: i32; rows: i32; col: i32; cols: i32; vocabulary: i32; scale: f32; invalid: f32;
}

export function log_prob(args: usize, part: i32, scratch: usize): void {
  const p = changetype<LogProbArgs>(args);
  const end = min((part + 1) * ROWS, p.rows);
  for (let row = part * ROWS; row < end; row++) {
    const o = <usize>(p.row + row) << 2;
    const z = p.logits + <usize>row * (<usize>p.cols << 2);
    const largest = p.state + (o << 1), total = largest + 4;
    if (p.col == 0) {
      store<f32>(largest, -Infinity);
      store<f32>(total, 0);
      store<f32>(p.entropy + o, 0);
      store<f32>(p.logProb + o, p.invalid);
      store<u32>(p.argmax + o, 0);
    }
    const top = rowMax(z, p.cols), before = load<f32>(largest);
    if (top > before) {
      const shift = max((before - top) * p.scale, lowest), factor = exp1(shift), s = load<f32>(total);
      store<f32>(p.entropy + o, (load<f32>(p.entropy + o) + shift * s) * factor);
      store<f32>(total, s * factor);
      store<f32>(largest, top);
      store<u32>(p.argmax + o, p.col + indexOf(z, p.cols, top));
    }
    addRow(z, p.cols, load<f32>(largest), p.scale, total, p.entropy + o);
    const target = load<u32>(p.targets + o) - <u32>p.col;
    if (target < <u32>p.cols) store<f32>(p.logProb + o, load<f32>(z + (<usize>target << 2)));
    if (p.col + p.cols == p.vocabulary) {
      const s = load<f32>(total), logS = f32x4.extract_lane(log4(f32x4.splat(s)), 0);
      store<f32>(p.logProb + o, (load<f32>(p.logProb + o) - load<f32>(largest)) * p.scale - logS);
      store<f32>(p.entropy + o, logS - load<f32>(p.entropy + o) / s);
      store<f32>(total, logS);
    }
  }
}

/** eˣ for x ≤ 0 by the same code as the vectors. */
// @ts-ignore: decorator
@inline function exp1(x: f32): f32 { return f32x4.extract_lane(expDown4(f32x4.splat(x)), 0); }

/** Adds Σ eᵈ and Σ d·eᵈ with d = (z − m) · scale to what is at `total` and `moment`. */
function addRow(z: usize, cols: i32, m: f32, scale: f32, total: usize, moment: usize): void {
  const top = f32x4.splat(m), by = f32x4.splat(scale), low = f32x4.splat(lowest);
  let s0 = f32x4.splat(0), s1 = s0, u0 = s0, u1 = s0, i = 0;
  for (; i + 8 <= cols; i += 8) {
    const q = z + (<usize>i << 2);
    const d0 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(q), top), by), low); // pmax(NaN, low) is NaN
    const d1 = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(q, 16), top), by), low);
    const e0 = expDown4(d0), e1 = expDown4(d1);
    s0 = f32x4.add(s0, e0);
    s1 = f32x4.add(s1, e1);
    u0 = f32x4.relaxed_madd(d0, e0, u0);
    u1 = f32x4.relaxed_madd(d1, e1, u1);
  }
  for (; i < cols; i += 4) {
    const mask = headMask(cols - i), x = v128.load(z + (<usize>i << 2));
    const d = f32x4.pmax(f32x4.mul(f32x4.sub(x, top), by), low), e = expDown4(d);
    s0 = f32x4.add(s0, v128.and(e, mask));
    u0 = f32x4.add(u0, v128.and(f32x4.mul(d, e), mask));
  }
  store<f32>(total, load<f32>(total) + sumLanes(f32x4.add(s0, s1)));
  store<f32>(moment, load<f32>(moment) + sumLanes(f32x4.add(u0, u1)));
}

@unmanaged
class LogProbGradArgs {
  targets: usize; state: usize; entropy: usize; dLogProb: usize; dEntropy: usize; logits: usize;
  row: i32; rows: i32; col: i32; cols: i32; vocabulary: u32; hasLogProb: u32; hasEntropy: u32; scale: f32; invalid: f32;
}

export function log_prob_grad(args: usize, part: i32, scratch: usize): void {
  const p = changetype<LogProbGradArgs>(args);
  const end = min((part + 1) * ROWS, p.rows);
  for (let row = part * ROWS; row < end; row++) {
    const o = <usize>(p.row + row) << 2;
    const z = p.logits + <usize>row * (<usize>p.cols << 2);
    const target = load<u32>(p.targets + o);
    let a: f32 = p.hasLogProb ? load<f32>(p.dLogProb + o) : 0;
    if (target >= p.vocabulary && a != 0) a = p.invalid;
    const e: f32 = p.hasEntropy ? load<f32>(p.dEntropy + o) : 0;
    const m = f32x4.splat(load<f32>(p.state + (o << 1))), logS = f32x4.splat(load<f32>(p.state + (o << 1), 4));
    const h = f32x4.splat(load<f32>(p.entropy + o)), by = f32x4.splat(p.scale), low = f32x4.splat(lowest);
    const ga = f32x4.splat(-a * p.scale), ge = f32x4.splat(-e * p.scale);
    for (let i = 0; i < p.cols; i += 4) {
      const q = z + (<usize>i << 2);
      const l = f32x4.pmax(f32x4.sub(f32x4.mul(f32x4.sub(v128.load(q), m), by), logS), low);
      storeHead(q, f32x4.mul(expDown4(l), f32x4.relaxed_madd(ge, f32x4.add(l, h), ga)), p.cols - i);
    }
    const at = target - <u32>p.col;
    if (at < <u32>p.cols) {
      const q = z + (<usize>at << 2);
      store<f32>(q, load<f32>(q) + a * p.scale);
    }
  }
}
