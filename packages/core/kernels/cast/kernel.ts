/** Conversion between dtypes. Both buffers are bound as bits, so that one shader serves every pair. */
import { ceilDiv, defineKernel, type Kernel } from "../../backend/kernel.ts";
import { eachElement, elementGroups } from "../wgsl.ts";

/** What to convert, as the kernel's `code`: the same in `cast.as.ts`. Between integers the bits stay. */
export const castCodes = {
  f32: { f32: 0, i32: 1, u32: 2 },
  i32: { f32: 3, i32: 0, u32: 0 },
  u32: { f32: 4, i32: 0, u32: 0 },
} as const;

/**
 * out[i] = x[i], converted. Floats lose their fraction; those out of range become the nearest integer, NaN becomes 0
 * (WGSL leaves NaN open, so its bits are tested).
 */
export const castKernel: Kernel<"x" | "out", "n" | "code"> = defineKernel({
  name: "cast",
  buffers: { x: "read u32", out: "write u32" },
  params: { n: "u32", code: "u32" },
  workgroupSize: [64],
  declarations: `
fn to_i32(x: f32) -> u32 {
  if (x >= 2147483648.0) { return 0x7fffffffu; }
  return bitcast<u32>(i32(max(x, -2147483648.0)));
}
fn to_u32(x: f32) -> u32 {
  if (x >= 4294967296.0) { return 0xffffffffu; }
  return u32(max(x, 0.0));
}
fn convert(bits: u32) -> u32 {
  let nan = (bits & 0x7fffffffu) > 0x7f800000u;
  switch p.code {
    case 1: { return select(to_i32(bitcast<f32>(bits)), 0u, nan); }
    case 2: { return select(to_u32(bitcast<f32>(bits)), 0u, nan); }
    case 3: { return bitcast<u32>(f32(bitcast<i32>(bits))); }
    case 4: { return bitcast<u32>(f32(bits)); }
    default: { return bits; }
  }
}`,
  main: eachElement("p.n", "out[at] = convert(x[at]);"),
  workgroups: ({ n }) => elementGroups(n),
  cpu: [{ fn: "cast", parts: ({ n }) => ceilDiv(n, 65536) }],
});
