// A run of columns copied from one matrix into another, in parts of some 16,384 elements. See kernel.ts.
import { storeHead } from "../simd/math.as";
import { rowsOfPart } from "../simd/parts.as";

@unmanaged
class CopyColumnsArgs {
  x: usize; out: usize;
  rows: i32; cols: i32; xCols: usize; xFrom: usize; outCols: usize; outFrom: usize; accumulate: u32;
}

export function copy_columns(args: usize, part: i32, scratch: usize): void {
  const p = changetype<CopyColumnsArgs>(args);
  const each = rowsOfPart(p.cols);
  const end = min((part + 1) * each, p.rows);
  for (let row = part * each; row < end; row++) {
    const x = p.x + ((<usize>row * p.xCols + p.xFrom) << 2), out = p.out + ((<usize>row * p.outCols + p.outFrom) << 2);
    if (!p.accumulate) {
      memory.copy(out, x, <usize>p.cols << 2);
      continue;
    }
    for (let col = 0; col < p.cols; col += 4) {
      const o = <usize>col << 2;
      storeHead(out + o, f32x4.add(v128.load(out + o), v128.load(x + o)), p.cols - col);
    }
  }
}
