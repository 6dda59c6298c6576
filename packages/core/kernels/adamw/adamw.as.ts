// Global norm and AdamW. See kernel.ts.
import { headMask, sumLanes } from "../simd/math.as";
import { PART } from "../simd/parts.as";

@unmanaged
class SumSquaresArgs {
  x: usize; partials: usize; n: i32; parts: i32; offset: i32;
}

export function sum_squares(args: usize, part: i32, scratch: usize): void {
  const p = changetype<SumSquaresArgs>(args);
  const each = ((p.n + p.parts - 1) / p.parts + 15) & ~15;
  const end = min((part + 1) * each, p.n);
  let a = f32x4.splat(0), b = a, c = a, d = a, i = part * each;
  for (; i + 16 <= end; i += 16) {
    const q = p.x + (<usize>i << 2);
    const x0 = v128.load(q), x1 = v128.load(q, 16), x2 = v128.load(q, 32), x3 = v128.load(q, 48);
    a = f32x4.relaxed_madd(x0, x0, a);
    b = f32x4.relaxed_madd(x1, x1, b);
    c = f32x4.relaxed_madd(x2, x2, c);
    d = f32x4.relaxed_madd(x3, x3, d);
  }
  for (; i < end; i += 4) {
    const x = v128.and(v128.load(p.x + (<usize>i << 2)), headMask(end - i));
    a = f32x4.relaxed_madd(x, x, a);
  }
  store<f32>(p.partials + (<usize>(p.offset + part) << 2), sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d))));
}

@unmanaged
class ClipArgs {
  partials: usize; norm: usize; clip: usize; n: i32; maxNorm: f32;
}

export function clip_coefficient(args: usize, part: i32, scratch: usize): void {
  const p = changetype<ClipArgs>(args);
  let total: f64 = 0;
  for (let i = 0; i < p.n; i++) total += load<f32>(p.partials + (<usize>i << 2));
  const norm = <f32>sqrt(total);
  store<f32>(p.norm, norm);
  store<f32>(p.clip, min<f32>(1, p.maxNorm / (norm + 1e-6)));
  store<f32>(p.clip, norm - norm == 0 ? 1 : 0, 4); // 0 of NaN and infinities
}

@unmanaged
class AdamWArgs {
  gradient: usize; clip: usize; x: usize; m: usize; v: usize;
  n: i32; keep: f32; rest1: f32; beta2: f32; rest2: f32; stepSize: f32; correction: f32; epsilon: f32;
}

/** Memory is padded to 64 bytes, so whole vectors are written. */
export function adamw(args: usize, part: i32, scratch: usize): void {
  const p = changetype<AdamWArgs>(args);
  if (load<f32>(p.clip, 4) == 0) return;
  const coefficient = v128.load32_splat(p.clip), keep = f32x4.splat(p.keep);
  const rest1 = f32x4.splat(p.rest1), beta2 = f32x4.splat(p.beta2), rest2 = f32x4.splat(p.rest2);
  const stepSize = f32x4.splat(-p.stepSize), correction = f32x4.splat(p.correction), epsilon = f32x4.splat(p.epsilon);
  const end = <usize>min((part + 1) * PART, p.n) << 2;
  for (let o = <usize>(part * PART) << 2; o < end; o += 16) {
    const g = f32x4.mul(v128.load(p.gradient + o), coefficient);
    const before = v128.load(p.m + o);
    const m = f32x4.relaxed_madd(f32x4.sub(g, before), rest1, before);
    const v = f32x4.relaxed_madd(f32x4.mul(g, rest2), g, f32x4.mul(v128.load(p.v + o), beta2));
    const divisor = f32x4.add(f32x4.mul(f32x4.sqrt(v), correction), epsilon);
    v128.store(p.m + o, m);
    v128.store(p.v + o, v);
    const x = f32x4.mul(v128.load(p.x + o), keep);
    v128.store(p.x + o, f32x4.relaxed_madd(stepSize, f32x4.div(m, divisor), x));
  }
}
