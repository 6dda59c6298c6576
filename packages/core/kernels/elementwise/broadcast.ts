/** Broadcasting: every operand seen as a matrix whose row step and column step may be zero. */
import type { Tensor } from "../../device/tensor.ts";
import { columnSum, rowSum, totalSum } from "../reduce/kernel.ts";

/** A tensor, or one number for all elements. */
export type Operand = Tensor | number;

/** How far an operand's element moves with the row and with the column of the result. */
export type Steps = readonly [row: number, col: number];

/** The common shape of some operands and how each is read. */
export interface Broadcast {
  readonly shape: readonly number[];
  readonly rows: number;
  readonly cols: number;
  readonly steps: readonly Steps[];
}

/**
 * Finds the common shape, by NumPy's rule: shapes are aligned at the end, and a length of 1 is repeated.
 *
 * An operand may be complete, one number, a last-dimensions vector, or a first-dimensions column.
 *
 * @throws {RangeError} If shapes do not agree.
 */
export function broadcast(op: string, operands: readonly Operand[]): Broadcast {
  const shapes = operands.map((operand) => typeof operand === "number" ? [] : operand.shape);
  const rank = Math.max(...shapes.map((s) => s.length));
  const padded = shapes.map((s) => [...Array(rank - s.length).fill(1), ...s] as number[]);
  const shape = Array.from({ length: rank }, (_, d) => {
    const lengths = new Set(padded.map((s) => s[d]!).filter((length) => length !== 1));
    if (lengths.size > 1) throw disagree(op, shapes);
    return [...lengths][0] ?? 1;
  });
  // The dimensions fall into a first and a last group; in each group an operand is complete or repeated.
  const repeated = padded.map((s) => shape.map((length, d) => length !== 1 && s[d] === 1));
  const real = shape.map((_, d) => d).filter((d) => shape[d] !== 1);
  let split = rank;
  for (let i = real.length - 1; i > 0; i--) {
    if (repeated.some((r) => r[real[i]!] !== r[real[i - 1]!])) {
      split = real[i]!;
      break;
    }
  }
  const head = real.filter((d) => d < split);
  const tail = real.filter((d) => d >= split);
  const uniform = (group: number[]) => repeated.every((r) => group.every((d) => r[d] === r[group[0]!]));
  if (!uniform(head) || !uniform(tail)) throw disagree(op, shapes);
  const product = (group: number[]) => group.reduce((a, d) => a * shape[d]!, 1);
  // One group alone is one row.
  const [rows, cols] = tail.length === 0 ? [1, product(head)] : [product(head), product(tail)];
  const steps = repeated.map((r, i): Steps => {
    if (typeof operands[i] === "number") return [0, 0];
    if (tail.length === 0) return [0, head.length > 0 && !r[head[0]!] ? 1 : 0];
    const col = r[tail[0]!] ? 0 : 1;
    const row = head.length === 0 || r[head[0]!] ? 0 : col ? cols : 1;
    return [row, col];
  });
  return { shape, rows, cols, steps };
}

/** Sums a gradient of the common shape over what was repeated of an operand. */
export function unbroadcast(gradient: Tensor<"f32">, { rows, cols, steps }: Broadcast, i: number): Tensor<"f32"> {
  const [row, col] = steps[i]!;
  if (col !== 0 && (row !== 0 || rows === 1)) return gradient;
  if (row !== 0) return rowSum(gradient, [rows], cols);
  return col !== 0 ? columnSum(gradient, rows, cols) : totalSum(gradient);
}

function disagree(op: string, shapes: readonly (readonly number[])[]): RangeError {
  return new RangeError(
    `Cannot ${op} tensors of shapes ${shapes.map((s) => `[${s}]`).join(" and ")}: shapes must agree from the last ` +
      `dimension, or be 1 in a run of first or last dimensions`,
  );
}
