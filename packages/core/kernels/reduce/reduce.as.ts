// Sums over rows and columns. See kernel.ts for the shapes and the fixed parts.
import { headMask, storeHead, sumLanes } from "../simd/math.as";
import { rowsOfPart } from "../simd/parts.as";

@unmanaged
class RowSumArgs {
  x: usize; out: usize; rows: i32; cols: i32; n: i32; scale: f32;
}

export function row_sum(args: usize, part: i32, scratch: usize): void {
  const p = changetype<RowSumArgs>(args);
  const each = rowsOfPart(p.cols);
  const end = min((part + 1) * each, p.rows);
  for (let row = part * each; row < end; row++) {
    const first = min(row * p.cols, p.n), length = min(p.cols, p.n - first);
    const x = p.x + (<usize>first << 2);
    let total = f32x4.splat(0), i = 0;
    for (; i + 4 <= length; i += 4) total = f32x4.add(total, v128.load(x + (<usize>i << 2)));
    if (i < length) total = f32x4.add(total, v128.and(v128.load(x + (<usize>i << 2)), headMask(length - i)));
    store<f32>(p.out + (<usize>row << 2), sumLanes(total) * p.scale);
  }
}

@unmanaged
class ColumnSumArgs {
  x: usize; out: usize; rows: i32; cols: i32; parts: i32; scale: f32;
}

export function column_sum(args: usize, part: i32, scratch: usize): void {
  const p = changetype<ColumnSumArgs>(args);
  const each = (p.rows + p.parts - 1) / p.parts;
  const end = min((part + 1) * each, p.rows), stride = <usize>p.cols << 2;
  const out = p.out + <usize>part * stride, scale = f32x4.splat(p.scale);
  for (let col = 0; col < p.cols; col += 4) {
    const o = <usize>col << 2;
    let total = f32x4.splat(0);
    for (let row = part * each; row < end; row++) total = f32x4.add(total, v128.load(p.x + <usize>row * stride + o));
    storeHead(out + o, f32x4.mul(total, scale), p.cols - col);
  }
}
