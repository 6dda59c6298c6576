/** A run of columns copied from one matrix into another. */
import { ceilDiv, defineKernel, type Kernel, rowParts, spread } from "../../backend/kernel.ts";

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
  main: `
  let first = (wid.x + wid.y * nwg.x) * 256 + li;
  for (var i = 0u; i < 4; i++) {
    let at = first + i * 64;
    if (at < p.rows * p.cols) {
      let row = at / p.cols;
      let col = at - row * p.cols;
      let to = row * p.outCols + p.outFrom + col;
      var y = x[row * p.xCols + p.xFrom + col];
      if (p.accumulate == 1) { y += out[to]; }
      out[to] = y;
    }
  }`,
  workgroups: ({ rows, cols }) => spread(ceilDiv(rows * cols, 256)),
  cpu: [{ fn: "copy_columns", parts: ({ rows, cols }) => rowParts(rows, cols) }],
});
