/** One token a row after penalty, ban and filters. */
import { defineKernel, type Kernel, spread } from "../../backend/kernel.ts";
import { philoxWgsl } from "../philox/kernel.ts";
import { drawWgsl, threads } from "./draw.ts";
import { statsBytes, statsParts } from "./kernel.ts";

/** Rows that the CPU works on at a time. As in filter.as.ts. */
const slots = 16;

/**
 * As `sampleKernel`, with weights of scores: logits that the penalty scales where `seen` has a bit, and `never` where
 * `banned` has one and the row's position is below `until`. Tokens below a threshold weigh 0. On WebGPU thresholds are
 * integers that order scores, found two bits at a time: the largest one from which on there are k tokens, or that share
 * of the weight. Marks the token in `seen`.
 */
export const filterKernel: Kernel<
  "logits" | "counters" | "seen" | "banned" | "until" | "tokens" | "logProb" | "samplingLogProb",
  | ("rows" | "cols" | "scale" | "greedy" | "k0" | "k1")
  | ("hasSeen" | "hasBanned" | "penalty" | "inverse" | "never" | "topK" | "topP" | "minP" | "minShift")
> = defineKernel({
  name: "sample_filter",
  buffers: {
    logits: "read f32",
    counters: "read u32",
    seen: "write u32",
    banned: "read u32",
    until: "read u32",
    tokens: "write u32",
    logProb: "write f32",
    samplingLogProb: "write f32",
  },
  params: {
    ...{ rows: "u32", cols: "u32", scale: "f32", greedy: "u32", k0: "u32", k1: "u32" },
    ...{ hasSeen: "u32", hasBanned: "u32", penalty: "f32", inverse: "f32", never: "f32" },
    ...{ topK: "u32", topP: "f32", minP: "f32", minShift: "f32" }, // minShift: log(minP) · temperature
  },
  workgroupSize: [threads],
  declarations: `${philoxWgsl}
var<private> ban: u32;
var<private> least: u32;
fn score(row: u32, j: u32) -> f32 {
  let word = j / 32;
  let bit = j % 32;
  var z = logits[row * p.cols + j];
  if (((seen[row * ((p.cols + 31) / 32) + word] >> bit) & p.hasSeen) == 1) { z *= select(p.penalty, p.inverse, z > 0.0); }
  if (((banned[word] >> bit) & ban) == 1) { z = p.never; }
  return z;
}
fn order(z: f32) -> u32 {
  let bits = bitcast<u32>(select(z, 0.0, z == 0.0)); // -0 is as large as 0
  return select(bits ^ 0x80000000u, ~bits, bits >> 31u == 1);
}
fn weight(row: u32, j: u32, top: f32) -> f32 {
  let z = score(row, j);
  return select(0.0, exp_down((z - top) * p.scale), order(z) >= least);
}
${drawWgsl}
fn threshold(row: u32, top: f32, want: f32, counts: bool, li: u32) -> u32 {
  var low = 0u;
  for (var shift = 32u; shift > 0; ) {
    shift -= 2u;
    let tried = vec3u(low) + (vec3u(1, 2, 3) << vec3u(shift));
    var some = vec3f();
    for (var j = li; j < p.cols; j += ${threads}) {
      let z = score(row, j);
      let amount = select(exp_down((z - top) * p.scale), 1.0, counts);
      some += select(vec3f(), vec3f(amount), vec3u(order(z)) >= tried);
    }
    let enough = sum_all(some, li) >= vec3f(want);
    low += (u32(enough.x) + u32(enough.y) + u32(enough.z)) << shift;
  }
  return low;
}`,
  main: `
  let row = wid.x + wid.y * nwg.x;
  if (row >= p.rows) { return; }
  ban = select(0u, p.hasBanned, counters[4 * row + 3] < until[row]);
  var raw_top = -3.4028234e38;
  var top = -3.4028234e38;
  var at = 0u;
  for (var j = li; j < p.cols; j += ${threads}) {
    let z = logits[row * p.cols + j];
    if (z > raw_top) { raw_top = z; }
    let s = score(row, j);
    if (s > top) { top = s; at = j; }
  }
  let raw = most(raw_top, 0u, li).value;
  let best = most(top, at, li);
  var some = vec3f();
  for (var j = li; j < p.cols; j += ${threads}) { some.x += exp_down((logits[row * p.cols + j] - raw) * p.scale); }
  let raw_total = sum_all(some, li).x;
  for (var round = select(1u, 0u, p.topK > 0); round < select(1u, 2u, p.topP < 1.0); round++) {
    some = vec3f();
    for (var j = li; j < p.cols; j += ${threads}) { some.x += weight(row, j, best.value); }
    let want = select(p.topP * sum_all(some, li).x, f32(p.topK), round == 0);
    least = threshold(row, best.value, want, round == 0, li);
  }
  least = max(least, order(best.value + p.minShift));
  let counter = vec4u(counters[4 * row], counters[4 * row + 1], counters[4 * row + 2], counters[4 * row + 3]);
  let drawn = draw(row, best.value, to_uniform(philox(vec2u(p.k0, p.k1), counter).x), li);
  if (li > 0) { return; }
  let token = select(drawn.token, best.place, p.greedy == 1);
  let sampling = (score(row, token) - best.value) * p.scale - log(drawn.total);
  let l = (logits[row * p.cols + token] - raw) * p.scale - log(raw_total);
  tokens[row] = token;
  logProb[row] = l;
  samplingLogProb[row] = select(select(sampling, 0.0, p.greedy == 1), l, l != l);
  if (p.hasSeen == 1) { seen[row * ((p.cols + 31) / 32) + token / 32] |= 1u << (token % 32); }`,
  workgroups: ({ rows }) => spread(rows),
  cpu: [
    { fn: "filter_stats", parts: statsParts },
    { fn: "filter_draw", parts: ({ rows }) => Math.min(slots, rows) },
  ],
  scratch: ({ rows, cols }) => {
    const busy = Math.min(slots, rows);
    return statsBytes({ rows: rows + busy, cols }) + busy * (4 * cols + 64);
  },
});
