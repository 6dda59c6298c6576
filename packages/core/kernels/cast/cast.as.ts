// Conversion between dtypes, in parts of 65,536 elements. See kernel.ts for the codes.
import { storeHead } from "../simd/math.as";

@unmanaged
class CastArgs {
  x: usize; out: usize; n: i32; code: i32;
}

// @ts-ignore: decorator
@inline function convert(x: v128, code: i32): v128 {
  switch (code) {
    case 1: return i32x4.trunc_sat_f32x4_s(x);
    case 2: return i32x4.trunc_sat_f32x4_u(x);
    case 3: return f32x4.convert_i32x4_s(x);
    case 4: return f32x4.convert_i32x4_u(x);
    default: return x;
  }
}

export function cast(args: usize, part: i32, scratch: usize): void {
  const p = changetype<CastArgs>(args);
  const end = min((part + 1) << 16, p.n);
  for (let i = part << 16; i < end; i += 4) {
    const o = <usize>i << 2;
    storeHead(p.out + o, convert(v128.load(p.x + o), p.code), end - i);
  }
}
