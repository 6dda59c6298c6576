/** Matrix products, with what a linear layer adds to them. */
import { record, tapeOf } from "../../autograd/tape.ts";
import type { Kernel } from "../../backend/kernel.ts";
import type { Tensor } from "../../device/tensor.ts";
import { columnSum } from "../reduce/kernel.ts";
import { kernelsFor, type MatmulBuffers, type MatmulParams } from "./kernel.ts";
import { packedKernel, panelsOf } from "./packed.ts";

/** How {@linkcode matmul} reads its operands and what it adds. */
export interface MatmulOptions {
  /**
   * Reads `a` as its transpose.
   *
   * @default {false}
   */
  transposeA?: boolean;
  /**
   * Reads `b` as its transpose: weights in PyTorch's layout are [out, in].
   *
   * @default {false}
   */
  transposeB?: boolean;
  /** A vector of length n to add to every row. */
  bias?: Tensor;
  /** A tensor of the result's shape to add. */
  residual?: Tensor;
}

/** A matrix inside a tensor: the kernels take where it starts. */
interface Matrix {
  readonly tensor: Tensor;
  /** First element. @default {0} */
  readonly offset?: number;
  /** @default {false} */
  readonly transpose?: boolean;
}

/** What {@linkcode multiply} does beside multiplying. */
interface MultiplyOptions {
  readonly bias?: Tensor;
  readonly residual?: Tensor;
  /** Adds to `out` instead of overwriting it. */
  readonly accumulate?: boolean;
  /** By default the one for the layout and the sizes. */
  readonly kernel?: Kernel<MatmulBuffers, MatmulParams>;
}

/**
 * out[m, n] = a[m, k] · b[k, n] without checks and without recording; matrices may lie inside larger tensors.
 *
 * With k = 0 the result is the bias and the residual alone.
 */
export function multiply(
  a: Matrix,
  b: Matrix,
  out: Matrix,
  m: number,
  n: number,
  k: number,
  options: MultiplyOptions = {},
): void {
  if (m === 0 || n === 0) return;
  const { device } = out.tensor;
  const { bias, residual, accumulate } = options;
  const kernel = options.kernel ?? kernelsFor(device.limits, m, n, k)[a.transpose ? 1 : 0]![b.transpose ? 1 : 0]!;
  device.run(kernel, { a: a.tensor, b: b.tensor, bias, residual, out: out.tensor }, {
    ...{ m, n, k, aOffset: a.offset ?? 0, bOffset: b.offset ?? 0, outOffset: out.offset ?? 0 },
    ...{ transposeA: a.transpose ? 1 : 0, transposeB: b.transpose ? 1 : 0 },
    ...{ hasBias: bias ? 1 : 0, hasResidual: residual ? 1 : 0, accumulate: accumulate ? 1 : 0 },
  });
}

/**
 * Multiplies matrices: a · b + bias + residual.
 *
 * Every element is one chain of fused multiply-adds over k in ascending order: a row of the result has the same bits
 * in any batch.
 *
 * @param a A tensor of shape [..., m, k], read as [rows, k]; [k, m] with `transposeA`.
 * @param b A matrix of shape [k, n]; [n, k] with `transposeB`, which {@linkcode packWeights} may have packed.
 * @param options Transposes, bias and residual.
 * @returns A tensor of shape [..., m, n].
 * @throws {RangeError} If shapes do not fit.
 * @throws {TypeError} If b is packed and a gradient is wanted, or the layout is another one.
 *
 * @example Usage
 * ```ts
 * import { matmul, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const x = device.tensor([1, 2, 3, 4], [2, 2]);
 * const w = device.tensor([1, 0, 0, 1, 1, 1], [3, 2]); // [out, in]
 * const y = matmul(x, w, { transposeB: true, bias: device.tensor([0, 0, 10]) });
 * assertEquals(await y.data(), Float32Array.of(1, 2, 13, 3, 4, 17));
 * ```
 */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor<"f32"> {
  const { transposeA = false, transposeB = false, bias, residual } = options;
  const { m, n, k } = sizes(a, b, transposeA, transposeB);
  const shape = transposeA ? [m, n] : [...a.shape.slice(0, -1), n];
  if (bias && (bias.size !== n || bias.shape.at(-1) !== n)) throw misfit("bias", bias, [n]);
  if (residual && residual.shape.join() !== shape.join()) throw misfit("residual", residual, shape);
  const { device } = a;
  using scope = device.scope();
  const out = device.empty(shape);
  if (b.layout === "packed") {
    checkPacked(a, b, options);
    using panels = panelsOf(b);
    const kernel = packedKernel;
    multiply({ tensor: a }, { tensor: panels }, { tensor: out }, m, n, k, { bias, residual, kernel });
    return scope.keep(out);
  }
  const A = { tensor: a, transpose: transposeA };
  const B = { tensor: b, transpose: transposeB };
  multiply(A, B, { tensor: out }, m, n, k, { bias, residual });
  record("matmul", [a, b, bias, residual], [out], ([dy], grads) => {
    const D = { tensor: dy! };
    const DT = { tensor: dy!, transpose: true };
    const flip = (x: { tensor: Tensor; transpose: boolean }) => ({ ...x, transpose: !x.transpose });
    const into = (i: number, like: Tensor, run: (target: Matrix, accumulate: boolean) => void) => {
      if (!grads.wants(i)) return;
      const have = grads.into(i);
      const target = have ?? device.empty(like.shape);
      run({ tensor: target }, have !== undefined);
      grads.add(i, target);
    };
    into(0, a, (target, accumulate) => {
      if (transposeA) multiply(B, DT, target, k, m, n, { accumulate });
      else multiply(D, flip(B), target, m, k, n, { accumulate });
    });
    into(1, b, (target, accumulate) => {
      if (transposeB) multiply(DT, A, target, n, k, m, { accumulate });
      else multiply(flip(A), D, target, k, n, m, { accumulate });
    });
    if (grads.wants(2)) grads.add(2, columnSum(dy!, m, n));
    if (grads.wants(3)) grads.add(3, dy!);
  });
  return scope.keep(out);
}

/** Packed weights have one layout, and no gradient flows through them. */
function checkPacked(a: Tensor, b: Tensor, { transposeA, transposeB, bias, residual }: MatmulOptions): void {
  if (transposeA || !transposeB) {
    throw new TypeError(
      `Cannot matmul [${a.shape}] and packed weights of shape [${b.shape}] in this layout: set transposeB, and ` +
        `transpose a beforehand`,
    );
  }
  const tape = tapeOf(a.device);
  if (tape && [a, b, bias, residual].some((tensor) => tape.tracks(tensor))) {
    throw new TypeError(
      `Cannot differentiate through packed weights of shape [${b.shape}]: use the parameters that they were packed from`,
    );
  }
}

function sizes(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): { m: number; n: number; k: number } {
  const mark = (t: boolean) => t ? " transposed" : "";
  const fail = (remedy: string) =>
    new RangeError(
      `Cannot matmul tensors of shapes [${a.shape}]${mark(transposeA)} and [${b.shape}]${mark(transposeB)}: ${remedy}`,
    );
  if (b.shape.length !== 2) throw fail("b must be a matrix; reshape it");
  if (a.shape.length === 0) throw fail("a must be a vector, a matrix or more; reshape it");
  if (transposeA && a.shape.length !== 2) throw fail("with transposeA a must be a matrix; reshape it");
  const last = a.shape.at(-1)!;
  const rows = last === 0 ? a.shape.slice(0, -1).reduce((x, y) => x * y, 1) : a.size / last;
  const [m, k] = transposeA ? [last, rows] : [rows, last];
  const [n, kb] = transposeB ? [b.shape[0]!, b.shape[1]!] : [b.shape[1]!, b.shape[0]!];
  if (k !== kb) throw fail("the inner lengths must agree; set transposeA or transposeB for the other layout");
  return { m, n, k };
}

function misfit(what: string, tensor: Tensor, shape: readonly number[]): RangeError {
  return new RangeError(`Cannot add a ${what} of shape [${tensor.shape}] in matmul: the result needs [${shape}]`);
}
