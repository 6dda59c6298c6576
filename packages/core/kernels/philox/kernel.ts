/** Random bits on the device: element i is word i mod 4 of the block whose counter ends in c3 + ⌊i / 4⌋. */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel, spread } from "../../backend/kernel.ts";

/**
 * WGSL `philox(key: vec2u, counter: vec4u) -> vec4u`, for the declarations of any kernel. WGSL has no 64-bit product:
 * its high half is put together from 16-bit halves.
 */
export const philoxWgsl = `
fn mul_high(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu; let a1 = a >> 16u; let b0 = b & 0xffffu; let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u); // below 2³²: (2¹⁶ - 1)² + 2¹⁶ - 1
  let middle2 = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (middle2 >> 16u);
}
fn philox(key: vec2u, counter: vec4u) -> vec4u {
  var k = key;
  var c = counter;
  for (var round = 0u; round < 10; round++) {
    c = vec4u(
      mul_high(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z,
      mul_high(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
fn to_uniform(bits: u32) -> f32 { return f32(bits >> 8u) * 5.9604644775390625e-8; } // 2⁻²⁴
`;

/** out[i] = random bits, or with `uniform` the bits of a float32 in [0, 1). Bound as u32 whatever its dtype is. */
export const philoxKernel: Kernel<"out", "n" | "uniform" | "k0" | "k1" | "c0" | "c1" | "c2" | "c3"> = defineKernel({
  name: "philox",
  buffers: { out: "write u32" },
  params: {
    ...{ n: "u32", uniform: "u32" },
    ...{ k0: "u32", k1: "u32", c0: "u32", c1: "u32", c2: "u32", c3: "u32" },
  },
  workgroupSize: [64],
  declarations: philoxWgsl,
  main: `
  let block = (wid.x + wid.y * nwg.x) * 64 + li;
  let bits = philox(vec2u(p.k0, p.k1), vec4u(p.c0, p.c1, p.c2, p.c3 + block));
  for (var j = 0u; j < 4; j++) {
    let at = block * 4 + j;
    if (at < p.n) { out[at] = select(bits[j], bitcast<u32>(to_uniform(bits[j])), p.uniform == 1); }
  }`,
  workgroups: ({ n }) => spread(ceilDiv(n, 256)),
  cpu: [{ fn: "philox", parts: ({ n }) => ceilDiv(n, partElements) }],
});
