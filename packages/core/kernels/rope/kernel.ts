/** Rotary position embedding: pairs of a head's elements are turned by angles that a table gives for each position. */
import { defineKernel, type Kernel, rowParts } from "../../backend/kernel.ts";
import { eachElement, elementGroups } from "../wgsl.ts";

type RopeParams = "rows" | "heads" | "headDim" | "dim" | "count" | "sign" | "missing";

/**
 * Elements i and i + dim/2 of each head, i < dim/2, are turned by `sign` times their position's angle; those from `dim`
 * on are copied. table[position] holds dim/2 cosines, then dim/2 sines. A position of `count` or more has no row in the
 * table: its outputs are `missing`, NaN (a parameter, because WGSL has no NaN).
 */
export const ropeKernel: Kernel<"x" | "positions" | "table" | "out", RopeParams> = defineKernel({
  name: "rope",
  buffers: { x: "read f32", positions: "read u32", table: "read f32", out: "write f32" },
  params: {
    ...{ rows: "u32", heads: "u32", headDim: "u32", dim: "u32", count: "u32" },
    ...{ sign: "f32", missing: "f32" },
  },
  workgroupSize: [64],
  declarations: `
fn turned(at: u32, i: u32, position: u32) -> f32 {
  let half = p.dim / 2;
  if (i >= p.dim) { return x[at]; }
  let angle = position * p.dim + i % half;
  let c = table[angle];
  let s = p.sign * table[angle + half];
  if (i < half) { return x[at] * c - x[at + half] * s; }
  return x[at] * c + x[at - half] * s;
}`,
  main: eachElement(
    "p.rows * p.heads * p.headDim",
    `
    let position = positions[at / (p.heads * p.headDim)];
    var y = p.missing;
    if (position < p.count) { y = turned(at, at % p.headDim, position); }
    out[at] = y;`,
  ),
  workgroups: ({ rows, heads, headDim }) => elementGroups(rows * heads * headDim),
  cpu: [{ fn: "rope", parts: ({ rows, heads, headDim }) => rowParts(rows, heads * headDim) }],
});
