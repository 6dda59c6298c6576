// RMSNorm and LayerNorm, forward and backward. See kernel.ts for what is computed and how it is cut into parts.
import { headMask, storeHead, sumLanes } from "../simd/math.as";
import { rowsOfPart } from "../simd/parts.as";

@unmanaged
class NormArgs {
  x: usize; residual: usize; weight: usize; bias: usize; out: usize; sum: usize; stats: usize;
  rows: i32; cols: i32; eps: f32; centred: u32; fused: u32;
}

/** Σ x over a row. */
function sumRow(x: usize, cols: i32): f32 {
  let total = f32x4.splat(0), more = f32x4.splat(0), i = 0;
  for (; i + 8 <= cols; i += 8) {
    const at = x + (<usize>i << 2);
    total = f32x4.add(total, v128.load(at));
    more = f32x4.add(more, v128.load(at, 16));
  }
  for (; i < cols; i += 4) total = f32x4.add(total, v128.and(v128.load(x + (<usize>i << 2)), headMask(cols - i)));
  return sumLanes(f32x4.add(total, more));
}

/** Σ (x - mean)² over a row. */
function squaresRow(x: usize, cols: i32, mean: v128): f32 {
  let total = f32x4.splat(0), more = f32x4.splat(0), i = 0;
  for (; i + 8 <= cols; i += 8) {
    const at = x + (<usize>i << 2);
    const d = f32x4.sub(v128.load(at), mean), e = f32x4.sub(v128.load(at, 16), mean);
    total = f32x4.relaxed_madd(d, d, total);
    more = f32x4.relaxed_madd(e, e, more);
  }
  for (; i < cols; i += 4) {
    const d = v128.and(f32x4.sub(v128.load(x + (<usize>i << 2)), mean), headMask(cols - i));
    total = f32x4.relaxed_madd(d, d, total);
  }
  return sumLanes(f32x4.add(total, more));
}

export function norm(args: usize, part: i32, scratch: usize): void {
  const p = changetype<NormArgs>(args);
  const cols = p.cols, stride = <usize>cols << 2, each = rowsOfPart(cols);
  const end = min((part + 1) * each, p.rows);
  for (let row = part * each; row < end; row++) {
    const first = <usize>row * stride, out = p.out + first;
    let x = p.x + first;
    if (p.fused) {
      const residual = p.residual + first, sum = p.sum + first;
      for (let i = 0; i < cols; i += 4) {
        const o = <usize>i << 2;
        storeHead(sum + o, f32x4.add(v128.load(x + o), v128.load(residual + o)), cols - i);
      }
      x = sum;
    }
    const mean: f32 = p.centred ? sumRow(x, cols) / <f32>cols : 0, mean4 = f32x4.splat(mean);
    const rstd: f32 = 1 / sqrt<f32>(squaresRow(x, cols, mean4) / <f32>cols + p.eps), rstd4 = f32x4.splat(rstd);
    for (let i = 0; i < cols; i += 4) {
      const o = <usize>i << 2;
      let y = f32x4.mul(f32x4.mul(f32x4.sub(v128.load(x + o), mean4), rstd4), v128.load(p.weight + o));
      if (p.centred) y = f32x4.add(y, v128.load(p.bias + o));
      storeHead(out + o, y, cols - i);
    }
    const stats = p.stats + (<usize>row << 3);
    store<f32>(stats, mean);
    store<f32>(stats, rstd, 4);
  }
}

@unmanaged
class NormGradArgs {
  dy: usize; x: usize; weight: usize; stats: usize; dsum: usize; dx: usize;
  rows: i32; cols: i32; centred: u32; hasDsum: u32; accumulate: u32;
}

export function norm_grad(args: usize, part: i32, scratch: usize): void {
  const p = changetype<NormGradArgs>(args);
  const cols = p.cols, stride = <usize>cols << 2, each = rowsOfPart(cols);
  const end = min((part + 1) * each, p.rows);
  for (let row = part * each; row < end; row++) {
    const first = <usize>row * stride, dy = p.dy + first, x = p.x + first, dx = p.dx + first, dsum = p.dsum + first;
    const mean = v128.load32_splat(p.stats + (<usize>row << 3)), rstd = v128.load32_splat(p.stats + (<usize>row << 3), 4);
    let slopes = f32x4.splat(0), slants = f32x4.splat(0);
    for (let i = 0; i < cols; i += 4) {
      const o = <usize>i << 2, mask = headMask(cols - i);
      // Past the row's end there may be NaN: both factors are cut off.
      const g = v128.and(f32x4.mul(v128.load(dy + o), v128.load(p.weight + o)), mask);
      const normed = v128.and(f32x4.mul(f32x4.sub(v128.load(x + o), mean), rstd), mask);
      slopes = f32x4.add(slopes, g);
      slants = f32x4.relaxed_madd(g, normed, slants);
    }
    const level = f32x4.splat(p.centred ? sumLanes(slopes) / <f32>cols : 0), slant = f32x4.splat(sumLanes(slants) / <f32>cols);
    for (let i = 0; i < cols; i += 4) {
      const o = <usize>i << 2;
      const g = f32x4.mul(v128.load(dy + o), v128.load(p.weight + o));
      const normed = f32x4.mul(f32x4.sub(v128.load(x + o), mean), rstd);
      let d = f32x4.mul(rstd, f32x4.relaxed_nmadd(normed, slant, f32x4.sub(g, level)));
      if (p.hasDsum) d = f32x4.add(d, v128.load(dsum + o));
      if (p.accumulate) d = f32x4.add(d, v128.load(dx + o));
      storeHead(dx + o, d, cols - i);
    }
  }
}

@unmanaged
class NormWeightGradArgs {
  dy: usize; x: usize; stats: usize; out: usize; rows: i32; cols: i32; parts: i32;
}

export function norm_weight_grad(args: usize, part: i32, scratch: usize): void {
  const p = changetype<NormWeightGradArgs>(args);
  const cols = p.cols, stride = <usize>cols << 2, each = (p.rows + p.parts - 1) / p.parts;
  const end = min((part + 1) * each, p.rows), out = p.out + <usize>part * stride;
  memory.fill(out, 0, stride);
  for (let row = part * each; row < end; row++) {
    const dy = p.dy + <usize>row * stride, x = p.x + <usize>row * stride;
    const mean = v128.load32_splat(p.stats + (<usize>row << 3)), rstd = v128.load32_splat(p.stats + (<usize>row << 3), 4);
    for (let i = 0; i < cols; i += 4) {
      const o = <usize>i << 2;
      const normed = f32x4.mul(f32x4.sub(v128.load(x + o), mean), rstd);
      storeHead(out + o, f32x4.relaxed_madd(v128.load(dy + o), normed, v128.load(out + o)), cols - i);
    }
  }
}
