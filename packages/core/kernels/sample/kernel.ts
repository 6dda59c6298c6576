/** One token a row from softmax(logits · scale), with nothing left out. */
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel, spread } from "../../backend/kernel.ts";
import { philoxWgsl } from "../philox/kernel.ts";
import { drawWgsl, threads } from "./draw.ts";

/** Sizes of a batch of logits. */
interface Sizes {
  readonly rows: number;
  readonly cols: number;
}

/** Parts of the CPU's first pass: several short rows, or `partElements` entries of a long one. As in blocks.as.ts. */
export function statsParts({ rows, cols }: Sizes): number {
  return ceilDiv(rows * ceilDiv(cols, partElements), Math.max(1, Math.floor(partElements / cols)));
}

/** Bytes of the CPU's statistics: two numbers for each 1024 entries. As in blocks.as.ts. */
export function statsBytes({ rows, cols }: Sizes): number {
  return 8 * rows * ceilDiv(cols, 1024);
}

/**
 * The token is the first whose cumulative weight exceeds u · total, with the u of the row's counter; if `greedy` it is
 * the most likely one, the first of equals. A row of NaN gives NaN and some token of the vocabulary.
 */
export const sampleKernel: Kernel<
  "logits" | "counters" | "tokens" | "logProb" | "samplingLogProb",
  "rows" | "cols" | "scale" | "greedy" | "k0" | "k1"
> = defineKernel({
  name: "sample",
  buffers: {
    logits: "read f32",
    counters: "read u32",
    tokens: "write u32",
    logProb: "write f32",
    samplingLogProb: "write f32",
  },
  params: { rows: "u32", cols: "u32", scale: "f32", greedy: "u32", k0: "u32", k1: "u32" },
  workgroupSize: [threads],
  declarations: `${philoxWgsl}
fn weight(row: u32, j: u32, top: f32) -> f32 { return exp_down((logits[row * p.cols + j] - top) * p.scale); }
${drawWgsl}`,
  main: `
  let row = wid.x + wid.y * nwg.x;
  if (row >= p.rows) { return; }
  var top = -3.4028234e38;
  var at = 0u;
  for (var j = li; j < p.cols; j += ${threads}) {
    let z = logits[row * p.cols + j];
    if (z > top) { top = z; at = j; }
  }
  let best = most(top, at, li);
  let counter = vec4u(counters[4 * row], counters[4 * row + 1], counters[4 * row + 2], counters[4 * row + 3]);
  let drawn = draw(row, best.value, to_uniform(philox(vec2u(p.k0, p.k1), counter).x), li);
  if (li > 0) { return; }
  let token = select(drawn.token, best.place, p.greedy == 1);
  let l = (logits[row * p.cols + token] - best.value) * p.scale - log(drawn.total);
  tokens[row] = token;
  logProb[row] = l;
  samplingLogProb[row] = select(l, 0.0, p.greedy == 1 && l == l);`,
  workgroups: ({ rows }) => spread(rows),
  cpu: [
    { fn: "sample_stats", parts: statsParts },
    { fn: "sample_draw", parts: ({ rows }) => ceilDiv(rows, 4) },
  ],
  scratch: statsBytes,
});
