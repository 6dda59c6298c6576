/** The forward kernel: out = softmax(scale · q kᵀ) v over what each query sees, and the log-sum-exp of its scores. */
import { defineKernel, type Kernel, spread } from "../../backend/kernel.ts";
import { lines, reader, sharedTiles, sumParts, threads, type Tile, tiles, vector, write } from "./tile.ts";

/** Multiply-adds below which waking another thread costs more than it brings. */
const smallWork = 1 << 16;

/** The parameters that all attention kernels begin with. */
export const commonParams = { heads: "u32", kvHeads: "u32", headDim: "u32", window: "u32", scale: "f32" } as const;

/** Whether the work is too small for a second thread. */
export function isSmall(pairs: number, heads: number, headDim: number): boolean {
  return pairs * heads * headDim < smallWork;
}

/** Finds this workgroup's block of queries and this thread's row and keys. */
export const findQueries = (tile: Tile): string => `
  let flat = wid.x + wid.y * nwg.x;
  if (flat >= p.blocks * p.heads) { return; }
  let head = flat % p.heads;
  let entry = p.blocksAt + flat / p.heads * 2;
  let segment = table[entry] * 4;
  let query = table[entry + 1] + li / ${tile.lanes};
  let qLength = table[segment + 1];
  let exists = query < qLength;
  let lane = li % ${tile.lanes};
  // Keys [begin, end) of the segment are what this row sees; the block needs [start, stop).
  let shift = i32(table[segment + 3]) - i32(qLength) + 1;
  let end = select(0, shift + i32(query), exists);
  let begin = max(0, end - i32(p.window));
  let start = max(0, shift + i32(table[entry + 1]) - i32(p.window));
  let stop = shift + i32(min(table[entry + 1] + p.each, qLength)) - 1;
  let pair = (table[segment] + min(query, qLength - 1)) * p.heads + head;
  let row = pair * p.headDim;
  let kvStride = p.kvHeads * p.headDim;
  let kvBase = table[segment + 2] * kvStride + head / (p.heads / p.kvHeads) * p.headDim;
  let at = li / ${tile.lanes} * ${tile.rows * tile.lanes};`;

type ForwardBuffers = "q" | "k" | "v" | "table" | "out" | "stats";
type ForwardParams = keyof typeof commonParams | "each" | "blocks" | "blocksAt" | "together" | "pairs";

function forwardKernel(tile: Tile): Kernel<ForwardBuffers, ForwardParams> {
  return defineKernel({
    name: `attention_${tile.width}`,
    buffers: { q: "read f32", k: "read f32", v: "read f32", table: "read u32", out: "write f32", stats: "write f32" },
    params: { ...commonParams, each: "u32", blocks: "u32", blocksAt: "u32", together: "u32", pairs: "u32" },
    workgroupSize: [threads(tile)],
    declarations: `
var<workgroup> parts: array<f32, ${threads(tile) * tile.rows}>;
${reader("q")}
${sharedTiles(tile, "k", "v")}`,
    main: `
  ${findQueries(tile)}
  ${lines(tile, (i) => `let q${i} = read_q(row, ${vector(tile, i)} * 4) * p.scale; var o${i} = vec4f();`)}
  var m = -3.4e38;
  var l = 0.0;
  for (var key = start; key < stop; key += ${tile.rows}) {
    let count = min(${tile.rows}, stop - key);
    fillTiles(li, kvBase + u32(key) * kvStride, kvStride, u32(count));
    workgroupBarrier();
    for (var j = 0u; j < u32(count); j++) {
      let k0 = j * ${tile.width / 4};
      var s = 0.0;
      ${lines(tile, (i) => `s += dot(q${i}, kTile[k0 + ${vector(tile, i)}]);`)}
      parts[at + j * ${tile.lanes} + lane] = s;
    }
    workgroupBarrier();
    let high = min(end - key, count);
    for (var j = max(0, begin - key); j < high; j++) {
      let first = at + u32(j) * ${tile.lanes};
      let s = ${sumParts(tile, "first")};
      if (s > m) {
        let factor = exp(m - s);
        l *= factor;
        ${lines(tile, (i) => `o${i} *= factor;`)}
        m = s;
      }
      let w = exp(s - m);
      l += w;
      let v0 = u32(j) * ${tile.width / 4};
      ${lines(tile, (i) => `o${i} = fma(vec4f(w), vTile[v0 + ${vector(tile, i)}], o${i});`)}
    }
    workgroupBarrier();
  }
  if (!exists) { return; }
  let total = select(l, 1.0, l == 0.0); // a row without keys: 0
  ${lines(tile, (i) => write(tile, "out", "row", i, `o${i} / total`))}
  if (lane == 0) { stats[pair * 2] = m + log(total); }`,
    workgroups: ({ blocks, heads }) => spread(blocks * heads),
    cpu: [{
      fn: "attention_forward",
      parts: ({ blocks, kvHeads, together }) => blocks * kvHeads / together,
      small: ({ pairs, heads, headDim }) => isSmall(pairs, heads, headDim),
    }],
  });
}

/** A kernel for each tile; the CPU's part is the same in all. `stats[query, head, 0]` becomes the log-sum-exp. */
export const forward: readonly Kernel<ForwardBuffers, ForwardParams>[] = tiles.map(forwardKernel);
