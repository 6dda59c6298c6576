/** out[ids[t]] = x[t], in place: how new keys and values enter a cache. Bits are copied, whatever they stand for. */
import { defineKernel, type Kernel, rowParts } from "../../backend/kernel.ts";
import { eachElement, elementGroups } from "../wgsl.ts";

/** Rows whose id is `rows` or more are left out. Two rows with one id: which of them stays is not said. */
export const writeRowsKernel: Kernel<"x" | "ids" | "out", "tokens" | "cols" | "rows"> = defineKernel({
  name: "write_rows",
  buffers: { x: "read u32", ids: "read u32", out: "write u32" },
  params: { tokens: "u32", cols: "u32", rows: "u32" },
  workgroupSize: [64],
  main: eachElement(
    "p.tokens * p.cols",
    `
    let token = at / p.cols;
    let id = ids[token];
    if (id < p.rows) { out[id * p.cols + at - token * p.cols] = x[at]; }`,
  ),
  workgroups: ({ tokens, cols }) => elementGroups(tokens * cols),
  cpu: [{ fn: "write_rows", parts: ({ tokens, cols }) => rowParts(tokens, cols) }],
});
