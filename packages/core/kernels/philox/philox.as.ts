// Random bits: Philox 4×32-10. See random/philox.ts.
import { PART } from "../simd/parts.as";

/** Writes one block, four words, to `out`; other kernels call it for their own numbers. */
export function philoxBlock(out: usize, k0: u32, k1: u32, c0: u32, c1: u32, c2: u32, c3: u32): void {
  for (let round = 0; round < 10; round++) {
    const x = <u64>0xd2511f53 * <u64>c0, y = <u64>0xcd9e8d57 * <u64>c2;
    c0 = <u32>(y >> 32) ^ c1 ^ k0;
    c1 = <u32>y;
    c2 = <u32>(x >> 32) ^ c3 ^ k1;
    c3 = <u32>x;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  store<u32>(out, c0); store<u32>(out, c1, 4); store<u32>(out, c2, 8); store<u32>(out, c3, 12);
}

@unmanaged
class PhiloxArgs {
  out: usize; n: u32; uniform: u32; k0: u32; k1: u32; c0: u32; c1: u32; c2: u32; c3: u32;
}

/** Memory is padded to 64 bytes, so the last block is written whole. */
export function philox(args: usize, part: i32, scratch: usize): void {
  const p = changetype<PhiloxArgs>(args);
  const end = min<u32>((<u32>part + 1) * (PART / 4), (p.n + 3) >> 2);
  for (let block = <u32>part * (PART / 4); block < end; block++) {
    const out = p.out + (<usize>block << 4);
    philoxBlock(out, p.k0, p.k1, p.c0, p.c1, p.c2, p.c3 + block);
    if (p.uniform) {
      const high = i32x4.shr_u(v128.load(out), 8);
      v128.store(out, f32x4.mul(f32x4.convert_i32x4_u(high), f32x4.splat(5.9604644775390625e-8))); // 2⁻²⁴
    }
  }
}
