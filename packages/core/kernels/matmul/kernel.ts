/**
 * out[m, n] = op(a)[m, k] · op(b)[k, n] (+ bias[n]) (+ residual[m, n]), or out += op(a) · op(b).
 *
 * On WebGPU a thread holds a tile of `out` in registers. Every element is one chain of `fma` over k in ascending order,
 * as on the CPU: its bits do not depend on the size of the batch, on its row, or on the tile.
 */
import type { Limits } from "../../backend/backend.ts";
import { partElements } from "../../backend/cpu/sizes.ts";
import { ceilDiv, defineKernel, type Kernel, type KernelSpec, spread } from "../../backend/kernel.ts";

/** Operands and result. */
export type MatmulBuffers = "a" | "b" | "bias" | "residual" | "out";
/** Sizes, places and what is there. */
export type MatmulParams =
  | ("m" | "n" | "k" | "aOffset" | "bOffset" | "outOffset")
  | ("transposeA" | "transposeB" | "hasBias" | "hasResidual" | "accumulate");

/** How a workgroup covers `out`: each of its 8 × `high` threads computes `rows` × `cols` elements. */
interface Tile {
  readonly rows: number;
  /** A multiple of 4. */
  readonly cols: number;
  readonly high: number;
}

/** What a GPU's registers hold. */
const hardwareTile: Tile = { rows: 4, cols: 4, high: 8 };
/** A software adapter's loads are slow and its registers are memory anyway: each load is used 12 or 16 times. */
const softwareTile: Tile = { rows: 16, cols: 12, high: 2 };

const wide = 8; // threads of a workgroup side by side: one vector of a software adapter

/** The kernel's body for one pair of layouts, written out: naga does not unroll loops. */
function body(transposeA: boolean, transposeB: boolean, { rows, cols, high }: Tile): string {
  const down = range(rows);
  const along = range(cols);
  const vectors = range(cols / 4);
  const a = (i: number) => transposeA ? `a[a${i} + i * m]` : `a[a${i} + i]`;
  const b = (j: number) => transposeB ? `b[b${j} + i]` : `b[b${j} + i * n]`;
  const vector = (v: number) => `vec4f(${range(4).map((j) => b(4 * v + j)).join(", ")})`;
  // Rows and columns past the edge read the last one; what they give is not stored.
  return `
  let m = p.m; let n = p.n; let k = p.k;
  let flat = wid.x + wid.y * nwg.x;
  let tiles = (m + ${rows * high - 1}) / ${rows * high};
  let row = (flat % tiles) * ${rows * high} + lid.y * ${rows};
  let col = (flat / tiles) * ${cols * wide} + lid.x * ${cols};
  if (row >= m || col >= n) { return; }
  ${down.map((i) => `let a${i} = p.aOffset + min(row + ${i}, m - 1)${transposeA ? "" : " * k"};`).join("\n  ")}
  ${along.map((j) => `let b${j} = p.bOffset + min(col + ${j}, n - 1)${transposeB ? " * k" : ""};`).join("\n  ")}
  ${down.flatMap((i) => vectors.map((v) => `var r${i}_${v} = start(row + ${i}, col + ${4 * v});`)).join("\n  ")}
  for (var i = 0u; i < k; i++) {
    ${vectors.map((v) => `let y${v} = ${vector(v)};`).join("\n    ")}
    ${
    down.map((i) =>
      `let x${i} = vec4f(${a(i)}); ${vectors.map((v) => `r${i}_${v} = fma(x${i}, y${v}, r${i}_${v});`).join(" ")}`
    )
      .join("\n    ")
  }
  }
  ${down.flatMap((i) => vectors.map((v) => `put(row + ${i}, col + ${4 * v}, r${i}_${v});`)).join("\n  ")}`;
}

/** What the kernels of all layouts share. */
export const matmulSpec: Pick<KernelSpec<MatmulBuffers, MatmulParams>, "buffers" | "params" | "scratch"> = {
  buffers: { a: "read f32", b: "read f32", bias: "read f32", residual: "read f32", out: "write f32" },
  params: {
    ...{ m: "u32", n: "u32", k: "u32" },
    ...{ aOffset: "u32", bOffset: "u32", outOffset: "u32" }, // where each matrix starts, in elements
    ...{ transposeA: "u32", transposeB: "u32", hasBias: "u32", hasResidual: "u32", accumulate: "u32" },
  },
  scratch: ({ m, k }) => ceilDiv(m, 6) * 6 * k * 4,
};

function matmulKernel(transposeA: boolean, transposeB: boolean, tile: Tile): Kernel<MatmulBuffers, MatmulParams> {
  const { rows, cols, high } = tile;
  return defineKernel({
    ...matmulSpec,
    name: `matmul_${transposeA ? "t" : "n"}${transposeB ? "t" : "n"}`,
    workgroupSize: [wide, high],
    declarations: `
fn at(row: u32, col: u32) -> f32 { return out[p.outOffset + min(row, p.m - 1) * p.n + min(col, p.n - 1)]; }
fn start(row: u32, col: u32) -> vec4f {
  if (p.accumulate == 0) { return vec4f(); }
  return vec4f(at(row, col), at(row, col + 1), at(row, col + 2), at(row, col + 3));
}
fn put(row: u32, col: u32, values: vec4f) {
  if (row >= p.m) { return; }
  for (var j = 0u; j < 4 && col + j < p.n; j++) {
    var r = values[j];
    if (p.hasBias == 1) { r += bias[col + j]; }
    if (p.hasResidual == 1) { r += residual[row * p.n + col + j]; }
    out[p.outOffset + row * p.n + col + j] = r;
  }
}`,
    main: body(transposeA, transposeB, tile),
    workgroups: ({ m, n }) => spread(ceilDiv(m, rows * high) * ceilDiv(n, cols * wide)),
    cpu: [
      { fn: "matmul_pack", parts: ({ m }) => ceilDiv(m, 48), small: ({ m, k }) => m * k < partElements },
      {
        fn: "matmul",
        parts: ({ m, n }) => ceilDiv(n, 16) * ceilDiv(m, 384),
        small: ({ m, n, k }) => m * n * k < 65536,
      },
    ],
  });
}

/** The four layouts, `kernels[transposeA][transposeB]`, with one tile. */
type Layouts = readonly (readonly Kernel<MatmulBuffers, MatmulParams>[])[];

function layouts(tile: Tile): Layouts {
  return [false, true].map((ta) => [false, true].map((tb) => matmulKernel(ta, tb, tile)));
}

const hardware = layouts(hardwareTile);
const software = layouts(softwareTile);

/** The kernels for a product of these sizes. Small ones are not worth compiling, or filling, the large tile. */
export function kernelsFor(limits: Limits, m: number, n: number, k: number): Layouts {
  const large = m >= 16 && n >= 48 && m * n * k >= 2 ** 20;
  return limits.software && large ? software : hardware;
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
