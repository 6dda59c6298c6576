/** Sets every element of a tensor to one 32-bit pattern: zeros, constants, and NaN to poison memory in tests. */
import { ceilDiv, defineKernel, type Kernel } from "../../backend/kernel.ts";
import { eachElement, elementGroups } from "../wgsl.ts";

/** out[0 … n) = bits. Bound as u32 whatever the tensor's dtype is. */
export const fillKernel: Kernel<"out", "n" | "bits"> = defineKernel({
  name: "fill",
  buffers: { out: "write u32" },
  params: { n: "u32", bits: "u32" },
  workgroupSize: [64],
  main: eachElement("p.n", "out[at] = p.bits;"),
  workgroups: ({ n }) => elementGroups(n),
  cpu: [{ fn: "fill", parts: ({ n }) => Math.max(1, ceilDiv(n, 65536)) }],
});
