/** The forward kernel: out = softmax(scale · q kᵀ) v over what each query sees, and the log-sum-exp of its scores. */
import { defineKernel, type Kernel } from "../../backend/kernel.ts";

/** Multiply-adds below which waking another thread costs more than it brings. */
const smallWork = 1 << 16;

/** The parameters that all attention kernels begin with. */
export const commonParams = { heads: "u32", kvHeads: "u32", d: "u32", window: "u32", scale: "f32" } as const;

/** Whether the work is too small for a second thread. */
export function isSmall(pairs: number, heads: number, d: number): boolean {
  return pairs * heads * d < smallWork;
}

type ForwardBuffers = "q" | "k" | "v" | "table" | "out" | "stats";
type ForwardParams = keyof typeof commonParams | "each" | "blocks" | "blocksAt" | "pairs";

/** `stats[query, head, 0]` becomes the log-sum-exp. */
export const forward: Kernel<ForwardBuffers, ForwardParams> = defineKernel({
  name: "attention",
  buffers: { q: "read f32", k: "read f32", v: "read f32", table: "read u32", out: "write f32", stats: "write f32" },
  params: { ...commonParams, each: "u32", blocks: "u32", blocksAt: "u32", pairs: "u32" },
  workgroupSize: [1],
  main: "",
  workgroups: () => [1],
  cpu: [{
    fn: "attention_forward",
    parts: ({ blocks, kvHeads }) => blocks * kvHeads,
    small: ({ pairs, heads, d }) => isSmall(pairs, heads, d),
  }],
});
