// Rotary position embedding, in parts of some 16,384 elements. See kernel.ts.
import { storeHead } from "../simd/math.as";
import { rowsOfPart } from "../simd/parts.as";

@unmanaged
class RopeArgs {
  x: usize; positions: usize; table: usize; out: usize;
  rows: i32; heads: i32; headDim: i32; dim: i32; count: u32; sign: f32; missing: f32;
}

export function rope(args: usize, part: i32, scratch: usize): void {
  const p = changetype<RopeArgs>(args);
  const cols = p.heads * p.headDim, each = rowsOfPart(cols), half = p.dim >> 1;
  const sign = f32x4.splat(p.sign), missing = f32x4.splat(p.missing);
  const toSecond = <usize>half << 2, head = <usize>p.headDim << 2;
  const end = min((part + 1) * each, p.rows);
  for (let row = part * each; row < end; row++) {
    const position = load<u32>(p.positions + (<usize>row << 2));
    let x = p.x + ((<usize>row * <usize>cols) << 2), out = p.out + ((<usize>row * <usize>cols) << 2);
    if (position >= p.count) {
      for (let i = 0; i < cols; i += 4) storeHead(out + (<usize>i << 2), missing, cols - i);
      continue;
    }
    const cos = p.table + ((<usize>position * <usize>p.dim) << 2), sin = cos + toSecond;
    for (let h = 0; h < p.heads; h++) {
      for (let i = 0; i < half; i += 4) {
        const o = <usize>i << 2;
        const c = v128.load(cos + o), s = f32x4.mul(sign, v128.load(sin + o));
        const a = v128.load(x + o), b = v128.load(x + toSecond + o);
        storeHead(out + o, f32x4.sub(f32x4.mul(a, c), f32x4.mul(b, s)), half - i);
        storeHead(out + toSecond + o, f32x4.add(f32x4.mul(b, c), f32x4.mul(a, s)), half - i);
      }
      for (let i = p.dim; i < p.headDim; i += 4) {
        const o = <usize>i << 2;
        storeHead(out + o, v128.load(x + o), p.headDim - i);
      }
      x += head;
      out += head;
    }
  }
}
