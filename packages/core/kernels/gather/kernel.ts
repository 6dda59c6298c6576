/** Rows picked by ids, and the reverse: rows added up by ids, always in the order of the tokens. */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel, rowParts, spread } from "../../backend/kernel.ts";
import { eachElement, elementGroups } from "../wgsl.ts";

/**
 * out[t] = table[ids[t] - first], for a table that has the rows from `first` on; where it has no such row, all elements
 * are `missing` (NaN is a parameter: WGSL has none), or stay what they are if `keep`.
 */
export const gatherKernel: Kernel<
  "table" | "ids" | "out",
  "tokens" | "cols" | "first" | "rows" | "keep" | "missing"
> = defineKernel({
  name: "gather_rows",
  buffers: { table: "read f32", ids: "read u32", out: "write f32" },
  params: { tokens: "u32", cols: "u32", first: "u32", rows: "u32", keep: "u32", missing: "f32" },
  workgroupSize: [64],
  main: eachElement(
    "p.tokens * p.cols",
    `
    let token = at / p.cols;
    let id = ids[token] - p.first; // an id below it becomes a huge one
    if (id < p.rows) {
      out[at] = table[id * p.cols + at - token * p.cols];
    } else if (p.keep == 0) {
      out[at] = p.missing;
    }`,
  ),
  workgroups: ({ tokens, cols }) => elementGroups(tokens * cols),
  cpu: [{ fn: "gather_rows", parts: ({ tokens, cols }) => rowParts(tokens, cols) }],
});

/**
 * Chains the tokens of each id: links[t] is the next token with t's id, or `tokens`; links[tokens + t] becomes 1 where
 * there is one before t. For WebGPU, which cannot add floats atomically (and then not in order).
 */
export const linkKernel: Kernel<"ids" | "links", "tokens"> = defineKernel({
  name: "link_tokens",
  buffers: { ids: "read u32", links: "write u32" },
  params: { tokens: "u32" },
  workgroupSize: [64],
  main: `
  let t = (wid.x + wid.y * nwg.x) * 64 + li;
  if (t >= p.tokens) { return; }
  let id = ids[t];
  var next = t + 1;
  while (next < p.tokens) {
    if (ids[next] == id) { break; }
    next++;
  }
  links[t] = next;
  if (next < p.tokens) { links[p.tokens + next] = 1; }`,
  workgroups: ({ tokens }) => spread(ceilDiv(tokens, 64)),
  cpu: [],
});

/**
 * out[ids[t] - first] += x[t], tokens in ascending order; ids below `first`, and of first + rows or more, are left out.
 *
 * On WebGPU the first token of each id walks its chain, 64 columns a workgroup. On the CPU a part has 64 columns and
 * walks all tokens: no two parts write to the same place.
 */
export const scatterKernel: Kernel<"x" | "ids" | "links" | "out", "tokens" | "cols" | "first" | "rows"> = defineKernel({
  name: "scatter_rows",
  buffers: { x: "read f32", ids: "read u32", links: "read u32", out: "write f32" },
  params: { tokens: "u32", cols: "u32", first: "u32", rows: "u32" },
  workgroupSize: [64],
  main: `
  let blocks = (p.cols + 63) / 64;
  let group = wid.x + wid.y * nwg.x;
  let token = group / blocks;
  let col = (group - token * blocks) * 64 + li;
  if (token >= p.tokens || col >= p.cols) { return; }
  let id = ids[token] - p.first;
  if (id >= p.rows || links[p.tokens + token] == 1) { return; }
  var total = out[id * p.cols + col];
  for (var t = token; t < p.tokens; t = links[t]) { total += x[t * p.cols + col]; }
  out[id * p.cols + col] = total;`,
  workgroups: ({ tokens, cols }) => spread(tokens * ceilDiv(cols, 64)),
  cpu: [{
    fn: "scatter_rows",
    parts: ({ cols }) => ceilDiv(cols, 64),
    small: ({ tokens, cols }) => tokens * cols < partElements,
  }],
});
