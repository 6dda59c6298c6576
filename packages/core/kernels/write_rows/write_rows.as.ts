// Rows written in place by ids. See kernel.ts for the parts.
import { rowsOfPart } from "../simd/parts.as";

@unmanaged
class WriteRowsArgs {
  x: usize; ids: usize; out: usize;
  tokens: i32; cols: i32; rows: u32;
}

export function write_rows(args: usize, part: i32, scratch: usize): void {
  const p = changetype<WriteRowsArgs>(args);
  const stride = <usize>p.cols << 2, each = rowsOfPart(p.cols);
  const end = min((part + 1) * each, p.tokens);
  for (let token = part * each; token < end; token++) {
    const id = load<u32>(p.ids + (<usize>token << 2));
    if (id < p.rows) memory.copy(p.out + <usize>id * stride, p.x + <usize>token * stride, stride);
  }
}
