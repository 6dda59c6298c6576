/** The backward kernel for dK and dV on WebGPU: a workgroup's rows are keys, and queries pass by. */
import { defineKernel, type Kernel, spread } from "../../backend/kernel.ts";
import { dots } from "./backward.ts";
import { commonParams } from "./forward.ts";
import { lines, reader, sharedTiles, sumParts, threads, type Tile, tiles, vector, write } from "./tile.ts";

type KeyBuffers = "q" | "k" | "v" | "table" | "dOut" | "stats" | "dK" | "dV";

function keysKernel(tile: Tile): Kernel<KeyBuffers, keyof typeof commonParams | "each" | "blocks" | "blocksAt"> {
  return defineKernel({
    name: `attention_keys_${tile.width}`,
    buffers: {
      ...{ q: "read f32", k: "read f32", v: "read f32", table: "read u32", dOut: "read f32", stats: "read f32" },
      ...{ dK: "write f32", dV: "write f32" },
    },
    params: { ...commonParams, each: "u32", blocks: "u32", blocksAt: "u32" },
    workgroupSize: [threads(tile)],
    declarations: `
var<workgroup> parts: array<vec2f, ${threads(tile) * tile.rows}>;
${["k", "v"].map(reader).join("")}
${sharedTiles(tile, "q", "dOut")}`,
    main: `
  let flat = wid.x + wid.y * nwg.x;
  if (flat >= p.blocks * p.kvHeads) { return; }
  let kvHead = flat % p.kvHeads;
  let group = p.heads / p.kvHeads;
  let entry = p.blocksAt + flat / p.kvHeads * 2;
  let segment = table[entry] * 4;
  let qLength = i32(table[segment + 1]);
  let kLength = table[segment + 3];
  let key = table[entry + 1] + li / ${tile.lanes};
  let exists = key < kLength;
  let lane = li % ${tile.lanes};
  let row = ((table[segment + 2] + min(key, kLength - 1)) * p.kvHeads + kvHead) * p.headDim;
  // Queries [begin, end) see this key; the block needs [start, stop).
  let shift = i32(kLength) - qLength;
  let begin = i32(key) - shift;
  let end = select(0, min(qLength, begin + i32(p.window)), exists);
  let start = max(0, i32(table[entry + 1]) - shift);
  let stop = min(qLength, i32(min(table[entry + 1] + p.each, kLength)) - 1 - shift + i32(p.window));
  let at = li / ${tile.lanes} * ${tile.rows * tile.lanes};
  ${
      lines(tile, (i) => {
        const c = `${vector(tile, i)} * 4`;
        return `let k${i} = read_k(row, ${c}) * p.scale; let v${i} = read_v(row, ${c}); var dk${i} = vec4f(); var dv${i} = vec4f();`;
      })
    }
  for (var head = kvHead * group; head < (kvHead + 1) * group; head++) {
    for (var query = start; query < stop; query += ${tile.rows}) {
      let count = min(${tile.rows}, stop - query);
      let pair = (table[segment] + u32(query)) * p.heads + head;
      fillTiles(li, pair * p.headDim, p.heads * p.headDim, u32(count));
      ${dots(tile, ["k", "qTile"], ["v", "dOutTile"])}
      let high = min(end - query, count);
      for (var j = max(0, begin - query); j < high; j++) {
        let first = at + u32(j) * ${tile.lanes};
        let x = ${sumParts(tile, "first")};
        let own = (pair + u32(j) * p.heads) * 2;
        let w = exp(x.x - stats[own]);
        let slope = w * (x.y - stats[own + 1]) * p.scale;
        let j0 = u32(j) * ${tile.width / 4};
        ${
      lines(tile, (i) => {
        const c = `j0 + ${vector(tile, i)}`;
        return `dv${i} = fma(vec4f(w), dOutTile[${c}], dv${i}); dk${i} = fma(vec4f(slope), qTile[${c}], dk${i});`;
      })
    }
      }
      workgroupBarrier();
    }
  }
  if (!exists) { return; }
  ${lines(tile, (i) => write(tile, "dK", "row", i, `dk${i}`) + write(tile, "dV", "row", i, `dv${i}`))}`,
    workgroups: ({ blocks, kvHeads }) => spread(blocks * kvHeads),
    cpu: [],
  });
}

/** dK and dV for each tile; runs after {@linkcode queriesBackward}. */
export const keysBackward: readonly ReturnType<typeof keysKernel>[] = tiles.map(keysKernel);
