/** A run of columns copied from one matrix into another. */
import { defineKernel, type Kernel, rowParts } from "../../backend/kernel.ts";
import { eachElement, elementGroups } from "../wgsl.ts";

type CopyParams = "rows" | "cols" | "xCols" | "xFrom" | "outCols" | "outFrom" | "accumulate";

/** out[r, outFrom + c] (+)= x[r, xFrom + c] for c < `cols`; rows of x have `xCols` columns, those of out `outCols`. */
export const copyColumnsKernel: Kernel<"x" | "out", CopyParams> = defineKernel({
  name: "copy_columns",
  buffers: { x: "read f32", out: "write f32" },
  params: {
    ...{ rows: "u32", cols: "u32", xCols: "u32", xFrom: "u32" },
    ...{ outCols: "u32", outFrom: "u32", accumulate: "u32" },
  },
  workgroupSize: [64],
  main: eachElement(
    "p.rows * p.cols",
    `
    let row = at / p.cols;
    let col = at - row * p.cols;
    let to = row * p.outCols + p.outFrom + col;
    var y = x[row * p.xCols + p.xFrom + col];
    if (p.accumulate == 1) { y += out[to]; }
    out[to] = y;`,
  ),
  workgroups: ({ rows, cols }) => elementGroups(rows * cols),
  cpu: [{ fn: "copy_columns", parts: ({ rows, cols }) => rowParts(rows, cols) }],
});
