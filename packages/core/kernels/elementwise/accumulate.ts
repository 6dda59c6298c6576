/** Adding a gradient to another, in place. */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel } from "../../backend/kernel.ts";
import type { Tensor } from "../../device/tensor.ts";
import { eachElement, elementGroups } from "../wgsl.ts";

/** out += x. */
export const accumulateKernel: Kernel<"x" | "out", "n"> = defineKernel({
  name: "accumulate",
  buffers: { x: "read f32", out: "write f32" },
  params: { n: "u32" },
  workgroupSize: [64],
  main: eachElement("p.n", "out[at] += x[at];"),
  workgroups: ({ n }) => elementGroups(n),
  cpu: [{ fn: "accumulate", parts: ({ n }) => ceilDiv(n, partElements) }],
});

/** out += x, element by element; both have the same size. */
export function accumulate(out: Tensor, x: Tensor): void {
  if (x.size > 0) out.device.run(accumulateKernel, { x, out }, { n: x.size });
}
