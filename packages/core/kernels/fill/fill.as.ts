// out[0 … n) = bits, in parts of 65,536 elements. Blocks are padded to 64 bytes, so whole vectors are written.
@unmanaged
class FillArgs {
  out: usize; n: i32; bits: i32;
}

export function fill(args: usize, part: i32, scratch: usize): void {
  const p = changetype<FillArgs>(args);
  const end = min((part + 1) << 16, p.n);
  const x = i32x4.splat(p.bits);
  for (let i = part << 16; i < end; i += 4) v128.store(p.out + (<usize>i << 2), x);
}
