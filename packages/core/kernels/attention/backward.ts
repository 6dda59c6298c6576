/** The backward kernels: on the CPU one that computes everything, on WebGPU this one for dQ; dK and dV have their own. */
import { defineKernel, type Kernel, spread } from "../../backend/kernel.ts";
import { commonParams, findQueries, isSmall } from "./forward.ts";
import { lines, reader, sharedTiles, sumParts, threads, type Tile, tiles, vector, write } from "./tile.ts";

type CpuBuffers = "q" | "k" | "v" | "table" | "out" | "dOut" | "stats" | "dQ" | "dK" | "dV";

/** For the CPU alone: it has more buffers than a shader may bind. `stats[query, head, 1]` becomes Σ dOut · out. */
export const backwardCpu: Kernel<CpuBuffers, keyof typeof commonParams | "segments" | "pairs"> = defineKernel({
  name: "attention_backward",
  buffers: {
    ...{ q: "read f32", k: "read f32", v: "read f32", table: "read u32", out: "read f32", dOut: "read f32" },
    ...{ stats: "write f32", dQ: "write f32", dK: "write f32", dV: "write f32" },
  },
  params: { ...commonParams, segments: "u32", pairs: "u32" },
  workgroupSize: [1],
  main: "",
  workgroups: () => [1],
  cpu: [{
    fn: "attention_backward",
    parts: ({ segments, kvHeads }) => segments * kvHeads,
    small: ({ pairs, heads, headDim }) => isSmall(pairs, heads, headDim),
  }],
});

/** Both dot products of a row with each row of the tile, a part a lane. */
export const dots = (
  tile: Tile,
  [a, aTile]: readonly [string, string],
  [b, bTile]: readonly [string, string],
): string => `
    workgroupBarrier();
    for (var j = 0u; j < u32(count); j++) {
      let j0 = j * ${tile.width / 4};
      var x = vec2f();
      ${
  lines(tile, (i) => {
    const at = `j0 + ${vector(tile, i)}`;
    return `x += vec2f(dot(${a}${i}, ${aTile}[${at}]), dot(${b}${i}, ${bTile}[${at}]));`;
  })
}
      parts[at + j * ${tile.lanes} + lane] = x;
    }
    workgroupBarrier();`;

type QueryBuffers = "q" | "k" | "v" | "table" | "out" | "dOut" | "stats" | "dQ";

function queriesKernel(tile: Tile): Kernel<QueryBuffers, keyof typeof commonParams | "each" | "blocks" | "blocksAt"> {
  return defineKernel({
    name: `attention_queries_${tile.width}`,
    buffers: {
      ...{ q: "read f32", k: "read f32", v: "read f32", table: "read u32", out: "read f32", dOut: "read f32" },
      ...{ stats: "write f32", dQ: "write f32" },
    },
    params: { ...commonParams, each: "u32", blocks: "u32", blocksAt: "u32" },
    workgroupSize: [threads(tile)],
    declarations: `
var<workgroup> parts: array<vec2f, ${threads(tile) * tile.rows}>;
${["q", "out", "dOut"].map(reader).join("")}
${sharedTiles(tile, "k", "v")}`,
    main: `
  ${findQueries(tile)}
  ${
      lines(tile, (i) => {
        const c = `${vector(tile, i)} * 4`;
        return `let q${i} = read_q(row, ${c}) * p.scale; let g${i} = read_dOut(row, ${c}); var d${i} = vec4f();`;
      })
    }
  var own = 0.0;
  ${lines(tile, (i) => `own += dot(g${i}, read_out(row, ${vector(tile, i)} * 4));`)}
  parts[at + lane] = vec2f(own, 0);
  workgroupBarrier();
  let delta = (${sumParts(tile, "at")}).x;
  let lse = stats[pair * 2];
  workgroupBarrier();
  for (var key = start; key < stop; key += ${tile.rows}) {
    let count = min(${tile.rows}, stop - key);
    fillTiles(li, kvBase + u32(key) * kvStride, kvStride, u32(count));
    ${dots(tile, ["q", "kTile"], ["g", "vTile"])}
    let high = min(end - key, count);
    for (var j = max(0, begin - key); j < high; j++) {
      let first = at + u32(j) * ${tile.lanes};
      let x = ${sumParts(tile, "first")};
      let slope = exp(x.x - lse) * (x.y - delta) * p.scale;
      let k0 = u32(j) * ${tile.width / 4};
      ${lines(tile, (i) => `d${i} = fma(vec4f(slope), kTile[k0 + ${vector(tile, i)}], d${i});`)}
    }
    workgroupBarrier();
  }
  if (!exists) { return; }
  ${lines(tile, (i) => write(tile, "dQ", "row", i, `d${i}`))}
  if (lane == 0) { stats[pair * 2 + 1] = delta; }`,
    workgroups: ({ blocks, heads }) => spread(blocks * heads),
    cpu: [],
  });
}

/** dQ for each tile; `stats[query, head, 1]` becomes Σ dOut · out. */
export const queriesBackward: readonly ReturnType<typeof queriesKernel>[] = tiles.map(queriesKernel);
