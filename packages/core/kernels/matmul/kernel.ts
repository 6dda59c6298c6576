/**
 * out[m, n] = op(a)[m, k] · op(b)[k, n] (+ bias[n]) (+ residual[m, n]), or out += op(a) · op(b).
 *
 * On WebGPU a thread holds a 4×4 tile of `out` in registers. Every element is one chain of `fma` over k in ascending
 * order, as on the CPU: its bits do not depend on the size of the batch or on its row.
 */
import { ceilDiv, defineKernel, type Kernel } from "../../backend/kernel.ts";

type MatmulBuffers = "a" | "b" | "bias" | "residual" | "out";
type MatmulParams =
  | ("m" | "n" | "k" | "aOffset" | "bOffset" | "outOffset")
  | ("transposeA" | "transposeB" | "hasBias" | "hasResidual" | "accumulate");

const four = [0, 1, 2, 3];

/** The 4×4 register kernel for one pair of layouts, written out: naga does not unroll loops. */
function body(transposeA: boolean, transposeB: boolean): string {
  const a = (i: number) => transposeA ? `a[p.aOffset + k * p.m + row${i}]` : `a[p.aOffset + row${i} * p.k + k]`;
  const b = (j: number) => transposeB ? `b[p.bOffset + col${j} * p.k + k]` : `b[p.bOffset + k * p.n + col${j}]`;
  const store = (i: number, j: number) => `put(row + ${i}, col + ${j}, acc${i}[${j}]);`;
  // Rows and columns past the edge read the last one; what they give is not stored.
  return `
  let row = (wid.x % ceil32(p.m)) * 32 + lid.y * 4;
  let col = (wid.x / ceil32(p.m) + wid.y * nwg.x) * 32 + lid.x * 4;
  if (row >= p.m || col >= p.n) { return; }
  ${four.map((i) => `let row${i} = min(row + ${i}, p.m - 1); let col${i} = min(col + ${i}, p.n - 1);`).join("\n  ")}
  ${four.map((i) => `var acc${i} = start(row${i}, col);`).join("\n  ")}
  for (var k = 0u; k < p.k; k++) {
    let bk = vec4f(${four.map(b).join(", ")});
    ${four.map((i) => `acc${i} = fma(vec4f(${a(i)}), bk, acc${i});`).join("\n    ")}
  }
  ${four.flatMap((i) => four.map((j) => store(i, j))).join("\n  ")}`;
}

function matmulKernel(transposeA: boolean, transposeB: boolean): Kernel<MatmulBuffers, MatmulParams> {
  return defineKernel({
    name: `matmul_${transposeA ? "t" : "n"}${transposeB ? "t" : "n"}`,
    buffers: { a: "read f32", b: "read f32", bias: "read f32", residual: "read f32", out: "write f32" },
    params: {
      ...{ m: "u32", n: "u32", k: "u32" },
      ...{ aOffset: "u32", bOffset: "u32", outOffset: "u32" }, // where each matrix starts, in elements
      ...{ transposeA: "u32", transposeB: "u32", hasBias: "u32", hasResidual: "u32", accumulate: "u32" },
    },
    workgroupSize: [8, 8],
    declarations: `
fn ceil32(n: u32) -> u32 { return (n + 31) / 32; }
fn start(row: u32, col: u32) -> vec4f {
  var r = vec4f();
  if (p.accumulate == 1) {
    for (var j = 0u; j < 4; j++) { r[j] = out[p.outOffset + row * p.n + min(col + j, p.n - 1)]; }
  }
  return r;
}
fn put(row: u32, col: u32, value: f32) {
  if (row >= p.m || col >= p.n) { return; }
  var r = value;
  if (p.hasBias == 1) { r += bias[col]; }
  if (p.hasResidual == 1) { r += residual[row * p.n + col]; }
  out[p.outOffset + row * p.n + col] = r;
}`,
    main: body(transposeA, transposeB),
    workgroups: ({ m, n }) => [ceilDiv(m, 32) * ceilDiv(n, 32)],
    cpu: [
      { fn: "matmul_pack", parts: ({ m }) => ceilDiv(m, 48), small: ({ m, k }) => m * k < 16384 },
      {
        fn: "matmul",
        parts: ({ m, n }) => ceilDiv(n, 16) * ceilDiv(m, 384),
        small: ({ m, n, k }) => m * n * k < 65536,
      },
    ],
    scratch: ({ m, k }) => ceilDiv(m, 6) * 6 * k * 4,
  });
}

/** The four layouts: `kernels[transposeA][transposeB]`. */
export const kernels: readonly (readonly Kernel<MatmulBuffers, MatmulParams>[])[] = [false, true].map((ta) =>
  [false, true].map((tb) => matmulKernel(ta, tb))
);
