/**
 * What the three shaders have in common: how a workgroup holds its rows.
 *
 * A workgroup has 32 rows (queries, or keys for dK and dV) of one head. A row's elements lie in the registers of a few
 * threads, its lanes. The rows on the other side pass through workgroup memory, a few at a time: each lane adds up its
 * part of every dot product, the parts are exchanged, then every lane walks over the tile in ascending order. A row's
 * chains never depend on where a tile begins.
 */
import { blockRows } from "./segments.ts";
import { widestHead } from "./widest_head.ts";

/** How rows of up to `width` elements are held. naga does not unroll loops, so registers are named and written out. */
export interface Tile {
  /** Elements of a row, padded. */
  readonly width: number;
  /** Threads of a row. */
  readonly lanes: number;
  /** Rows in workgroup memory at a time. */
  readonly rows: number;
  /** Vectors of four elements a lane. */
  readonly vectors: number;
}

/**
 * The four sizes that shaders are made for: each costs its compilation. A lane has 32 elements, more would spill; tiles
 * and exchanged parts take 8 KiB each, half of what every adapter has.
 */
export const tiles: readonly Tile[] = [32, 64, 128, widestHead].map((width) => (
  { width, lanes: width / 32, rows: 1024 / width, vectors: 8 }
));

/** Index of the tile for a head width. */
export function tileIndex(headDim: number): number {
  return tiles.findIndex(({ width }) => headDim <= width);
}

/** Threads of a workgroup. */
export function threads({ lanes }: Tile): number {
  return blockRows.webgpu * lanes;
}

/** Writes text once for each of a lane's vectors. */
export function lines({ vectors }: Tile, line: (i: number) => string): string {
  return Array.from({ length: vectors }, (_, i) => line(i)).join("\n    ");
}

/** Index within a tile's row of vector i of this lane. */
export function vector({ lanes }: Tile, i: number): string {
  return `(${i * lanes} + lane)`;
}

/** A function that reads four elements of a head's row; 0 past its width. */
export function reader(name: string): string {
  return `
fn read_${name}(base: u32, c: u32) -> vec4f {
  if (c + 3 < p.headDim) { return vec4f(${[0, 1, 2, 3].map((j) => `${name}[base + c + ${j}]`).join(", ")}); }
  let last = p.headDim - 1;
  let x = vec4f(${[0, 1, 2, 3].map((j) => `${name}[base + min(c + ${j}, last)]`).join(", ")});
  return select(vec4f(), x, vec4u(c, c + 1, c + 2, c + 3) < vec4u(p.headDim));
}`;
}

/** Writes a lane's vector i to a head's row, up to its width. */
export function write(tile: Tile, name: string, base: string, i: number, value: string): string {
  const put = [0, 1, 2, 3].map((j) => `if (c + ${j} < p.headDim) { ${name}[${base} + c + ${j}] = x[${j}]; }`).join(" ");
  return `{ let c = ${vector(tile, i)} * 4; let x = ${value}; ${put} }`;
}

/** Workgroup memory and the function that fills it with `count` rows of two matrices. */
export function sharedTiles(tile: Tile, first: string, second: string): string {
  const size = tile.rows * tile.width / 4;
  return `
var<workgroup> ${first}Tile: array<vec4f, ${size}>;
var<workgroup> ${second}Tile: array<vec4f, ${size}>;
fn fillTiles(li: u32, base: u32, stride: u32, count: u32) {
  for (var i = li; i < count * ${tile.width / 4}u; i += ${threads(tile)}u) {
    let row = base + i / ${tile.width / 4}u * stride;
    let c = (i % ${tile.width / 4}u) * 4;
    ${first}Tile[i] = read_${first}(row, c);
    ${second}Tile[i] = read_${second}(row, c);
  }
}
${reader(first)}
${reader(second)}`;
}

/** The sum of the lanes' parts at an index, as an expression. */
export function sumParts({ lanes }: Tile, at: string): string {
  return Array.from({ length: lanes }, (_, i) => `parts[${at} + ${i}]`).join(" + ");
}
