/** The backward kernels: on the CPU one that computes everything, on WebGPU one for dQ and one for dK and dV. */
import { defineKernel, type Kernel } from "../../backend/kernel.ts";
import { commonParams, isSmall } from "./forward.ts";

type CpuBuffers = "q" | "k" | "v" | "table" | "out" | "dOut" | "stats" | "dQ" | "dK" | "dV";

/** For the CPU alone: it has more buffers than a shader may bind. `stats[query, head, 1]` becomes Σ dOut · out. */
export const backwardCpu: Kernel<CpuBuffers, keyof typeof commonParams | "segments" | "pairs"> = defineKernel({
  name: "attention_backward",
  buffers: {
    ...{ q: "read f32", k: "read f32", v: "read f32", table: "read u32", out: "read f32", dOut: "read f32" },
    ...{ stats: "write f32", dQ: "write f32", dK: "write f32", dV: "write f32" },
  },
  params: { ...commonParams, segments: "u32", pairs: "u32" },
  workgroupSize: [1],
  main: "",
  workgroups: () => [1],
  cpu: [{
    fn: "attention_backward",
    parts: ({ segments, kvHeads }) => segments * kvHeads,
    small: ({ pairs, heads, d }) => isSmall(pairs, heads, d),
  }],
});
