/**
 * The bare micro-kernel, for benchmarks: a 6×8 tile over panels that stay in the first-level cache. It is the ceiling of
 * `matmul` on one thread of the CPU; a GPU has no such kernel. The published package leaves this file out; its function
 * stays among the compiled ones, for a few bytes.
 */
import { defineKernel, type Kernel } from "../../backend/kernel.ts";

/** out[6, 8] = `repeats` times a[k, 6]ᵀ · b[k, 8], which are 96 · k · repeats floating-point operations. */
export const microBenchKernel: Kernel<"a" | "b" | "out", "k" | "repeats"> = defineKernel({
  name: "micro_bench",
  buffers: { a: "read f32", b: "read f32", out: "write f32" },
  params: { k: "u32", repeats: "u32" },
  workgroupSize: [1],
  main: "",
  workgroups: () => [0],
  cpu: [{ fn: "micro_bench", parts: () => 1 }],
});
