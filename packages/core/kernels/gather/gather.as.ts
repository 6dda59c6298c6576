// Rows picked by ids, and rows added up by ids. See kernel.ts for the parts.
import { storeHead } from "../simd/math.as";
import { rowsOfPart } from "../simd/parts.as";

@unmanaged
class GatherArgs {
  table: usize; ids: usize; out: usize;
  tokens: i32; cols: i32; first: u32; rows: u32; keep: u32; missing: f32;
}

export function gather_rows(args: usize, part: i32, scratch: usize): void {
  const p = changetype<GatherArgs>(args);
  const stride = <usize>p.cols << 2, each = rowsOfPart(p.cols), missing = f32x4.splat(p.missing);
  const end = min((part + 1) * each, p.tokens);
  for (let token = part * each; token < end; token++) {
    const id = load<u32>(p.ids + (<usize>token << 2)) - p.first, out = p.out + <usize>token * stride;
    if (id < p.rows) memory.copy(out, p.table + <usize>id * stride, stride);
    else if (!p.keep) for (let i = 0; i < p.cols; i += 4) storeHead(out + (<usize>i << 2), missing, p.cols - i);
  }
}

@unmanaged
class ScatterArgs {
  x: usize; ids: usize; links: usize; out: usize;
  tokens: i32; cols: i32; first: u32; rows: u32;
}

export function scatter_rows(args: usize, part: i32, scratch: usize): void {
  const p = changetype<ScatterArgs>(args);
  const stride = <usize>p.cols << 2, col = part << 6, cols = min(64, p.cols - col);
  for (let token = 0; token < p.tokens; token++) {
    const id = load<u32>(p.ids + (<usize>token << 2)) - p.first;
    if (id >= p.rows) continue;
    const x = p.x + <usize>token * stride + (<usize>col << 2), out = p.out + <usize>id * stride + (<usize>col << 2);
    for (let i = 0; i < cols; i += 4) {
      const o = <usize>i << 2;
      storeHead(out + o, f32x4.add(v128.load(out + o), v128.load(x + o)), cols - i);
    }
  }
}
