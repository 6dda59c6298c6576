/** Sets every element of a tensor to one 32-bit pattern: zeros, constants, and NaN to poison memory in tests. */
import { ceilDiv, defineKernel, type Kernel, spread } from "../../backend/kernel.ts";

/** out[0 … n) = bits. Bound as u32 whatever the tensor's dtype is. */
export const fillKernel: Kernel<"out", "n" | "bits"> = defineKernel({
  name: "fill",
  buffers: { out: "write u32" },
  params: { n: "u32", bits: "u32" },
  workgroupSize: [64],
  main: `
  let first = (wid.x + wid.y * nwg.x) * 256 + li;
  for (var i = 0u; i < 4; i++) {
    let at = first + i * 64;
    if (at < p.n) { out[at] = p.bits; }
  }`,
  workgroups: ({ n }) => spread(ceilDiv(n, 256)),
  cpu: [{ fn: "fill", parts: ({ n }) => Math.max(1, ceilDiv(n, 65536)) }],
});
