/** The deliberate mistakes that `deno task mutate` makes: some for each kernel, on both devices, forward and backward. */
import type { Mutation } from "./mutate.ts";

const list: readonly [kernel: string, file: string, find: string, replace: string][] = [
  ["matmul", "matmul.as.ts", "const fresh = k0 == 0 && !p.accumulate;", "const fresh = k0 == 0;"],
  [
    "matmul",
    "matmul.as.ts",
    "const end = min((part + 1) * 8, (p.m + MR - 1) / MR);",
    "const end = min((part + 1) * 8, p.m / MR);",
  ],
  ["matmul", "matmul.as.ts", "if (p.hasBias) x +=", "if (p.hasBias) x -="],
  ["matmul", "matmul.as.ts", "min(MR, rows - r), cols, tile)", "MR, cols, tile)"],
  [
    "matmul",
    "matmul.ts",
    "multiply(flip(A), D, target, k, n, m, { accumulate })",
    "multiply(flip(A), D, target, k, n, m, {})",
  ],
  ["matmul", "matmul.ts", "grads.add(2, columnSum(dy!, m, n))", "grads.add(2, columnSum(dy!, m, n, 0.999))"],
  ["elementwise", "elementwise.as.ts", "storeHead(out + o, r, col1 - col);", "v128.store(out + o, r);"],
  ["elementwise", "elementwise.as.ts", "f32x4.splat(0.134145)", "f32x4.splat(0.135)"],
  ["elementwise", "elementwise.as.ts", "v128.bitselect(y, z, f32x4.ne", "v128.bitselect(z, y, f32x4.ne"],
  ["elementwise", "table.ts", `wgsl: "x * sigmoid(x) * y"`, `wgsl: "x * sigmoid(y) * y"`],
  ["elementwise", "elementwise.ts", '([, b], _, dy) => elementwise("div", dy, b!),', "(_, __, dy) => dy,"],
  [
    "elementwise",
    "broadcast.ts",
    "? columnSum(gradient, rows, cols) : totalSum(gradient)",
    "? columnSum(gradient, rows, cols) : totalSum(gradient, 2)",
  ],
  ["reduce", "reduce.as.ts", "headMask(length - i)", "headMask(4)"],
  ["reduce", "kernel.ts", "for (var half = 32u; half > 0; half /= 2)", "for (var half = 32u; half > 1; half /= 2)"],
  [
    "reduce",
    "reduce.ts",
    `axis === "first" ? [0, 1] : axis === "last" ? [1, 0]`,
    `axis === "first" ? [1, 0] : axis === "last" ? [1, 0]`,
  ],
  ["log_prob", "log_prob.as.ts", "s0 = f32x4.add(s0, v128.and(e, mask));", "s0 = f32x4.add(s0, e);"],
  ["log_prob", "log_prob.as.ts", "if (top > before) {", "if (top >= before) {"],
  ["log_prob", "log_prob.as.ts", "f32x4.relaxed_madd(ge, f32x4.add(l, h), ga)", "f32x4.relaxed_madd(ge, l, ga)"],
  ["log_prob", "log_prob.as.ts", "if (target >= p.vocabulary && a != 0) a = p.invalid;", ""],
  ["log_prob", "kernel.ts", "place[other] < place[li]", "place[other] > place[li]"],
  ["log_prob", "kernel.ts", "s = state[2 * row + 1] * factor;", "s = state[2 * row + 1];"],
  ["log_prob", "kernel.ts", "(a + e * (l + entropy[row]))", "(a + e * l)"],
  ["log_prob", "kernel.ts", "return select(x, ${lowest}, x < ${lowest});", "return max(x, ${lowest});"],
  ["log_prob", "log_prob.ts", "row > 0 || oldWeight !== undefined", "oldWeight !== undefined"],
  ["log_prob", "log_prob.ts", "col > 0 || oldHidden !== undefined", "col > 0"],
  ["adamw", "adamw.as.ts", "headMask(end - i)", "headMask(4)"],
  ["adamw", "adamw.as.ts", "if (load<f32>(p.clip, 4) == 0) return;", ""],
  ["adamw", "adamw.as.ts", "min<f32>(1, p.maxNorm / (norm + 1e-6))", "p.maxNorm / (norm + 1e-6)"],
  ["adamw", "kernel.ts", "+ li; i < end; i += 64", "+ li; i <= end; i += 64"],
  ["adamw", "kernel.ts", "if (clip[1] == 0.0) { return; }", ""],
  ["adamw", "kernel.ts", "p.keep * x[at] -", "x[at] -"],
  ["philox", "philox.as.ts", "p.c3 + block);", "p.c3 + part);"],
  ["philox", "kernel.ts", " + (middle2 >> 16u);", ";"],
  ["philox", "kernel.ts", "p.c3 + block));", "p.c3));"],
];

/** Every mutation. */
export const mutations: readonly Mutation[] = list.map(([kernel, file, find, replace]) => ({
  kernel,
  file,
  find,
  replace,
}));
