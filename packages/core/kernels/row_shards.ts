/** Tables whose rows lie in one tensor or in several: a vocabulary of 151,936 exceeds one binding of many GPUs. */
import type { Device } from "../device/device.ts";
import { elementBytes } from "../backend/dtype.ts";
import { Tensor } from "../device/tensor.ts";

/** Rows of a table: one tensor, or several of at most `limits.maxTensorBytes` each, in order. */
export type RowShards = Tensor | readonly Tensor[];

/** Shards begin at multiples of this, so that cutting a table into them leaves no trace in the bits of `logProb`. */
export const shardStep = 1024;

/** Tables of more tensors than this are a mistake in a file: no list is made on its word. */
const mostShards = 4096;

/**
 * Says how a table of float32 falls into tensors that fit the device. Whoever makes a table cuts it so.
 *
 * @param device Where the table will be.
 * @param rows Its rows.
 * @param cols Its columns.
 * @param maxBytes Largest tensor; tests take a small one.
 * @returns Rows of each shard: one number if the table fits whole, else multiples of 1024 and a rest.
 * @throws {RangeError} If 1024 rows do not fit, or it would be thousands of tensors.
 *
 * @example Usage
 * ```ts
 * import { openDevice, shardRows } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * assertEquals(shardRows(device, 151_936, 1024), [151_936]);
 * assertEquals(shardRows(device, 151_936, 256, 128 * 2 ** 20), [131_072, 20_864]); // as on many GPUs
 * ```
 */
export function shardRows(
  device: Device,
  rows: number,
  cols: number,
  maxBytes: number = device.limits.maxTensorBytes,
): number[] {
  const fit = Math.floor(maxBytes / (cols * elementBytes));
  if (rows <= fit) return [rows];
  const each = fit - fit % shardStep;
  if (each === 0) {
    throw new RangeError(
      `Cannot cut a table of shape [${rows},${cols}] into tensors on ${device.kind}: ${shardStep} rows are more than ` +
        `its limit of ${maxBytes} bytes for one tensor`,
    );
  }
  const count = Math.ceil(rows / each);
  if (count > mostShards) {
    throw new RangeError(
      `Cannot cut a table of shape [${rows},${cols}] into tensors of ${maxBytes} bytes: that would be ${count} of them`,
    );
  }
  return Array.from({ length: count }, (_, i) => Math.min(each, rows - i * each));
}

/** One tensor of a table. */
export interface Shard {
  /** Its rows, shape [rows, cols]. */
  readonly tensor: Tensor;
  /** Which row of the table its first one is. */
  readonly first: number;
  /** How many it has. */
  readonly rows: number;
}

/** A table as operations see it. */
export interface RowTable {
  /** Its tensors in order. */
  readonly tensors: readonly Tensor[];
  /** The same with where each begins. */
  readonly shards: readonly Shard[];
  /** Rows of all together. */
  readonly rows: number;
  /** Columns of each. */
  readonly cols: number;
  /** Shapes, for messages: `[3,2]` or `[3,2] + [1,2]`. */
  readonly shapes: string;
}

/** Finds where each shard begins. @returns `undefined` if they are not matrices of equal width. */
export function rowTable(table: RowShards): RowTable | undefined {
  const tensors = table instanceof Tensor ? [table] : table;
  const cols = tensors[0]?.shape[1];
  if (cols === undefined || tensors.some(({ shape }) => shape.length !== 2 || shape[1] !== cols)) return undefined;
  let rows = 0;
  const shards = tensors.map((tensor) => {
    const first = rows;
    rows += tensor.shape[0]!;
    return { tensor, first, rows: tensor.shape[0]! };
  });
  return { tensors, shards, rows, cols, shapes: shapesOf(table) };
}

/** A table's shapes, for messages. */
export function shapesOf(table: RowShards): string {
  const tensors = table instanceof Tensor ? [table] : table;
  return tensors.map(({ shape }) => `[${shape}]`).join(" + ") || "no tensors";
}
