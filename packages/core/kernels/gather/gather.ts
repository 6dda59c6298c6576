/** Differentiable row lookup (embeddings) and its reverse. */
import { record } from "../../autograd/tape.ts";
import type { Tensor } from "../../device/tensor.ts";
import { idsOf } from "../cast/bits.ts";
import { type RowShards, type RowTable, rowTable, shapesOf, type Shard } from "../row_shards.ts";
import { gatherKernel, linkKernel, scatterKernel } from "./kernel.ts";

/**
 * Looks up rows of a table: the embedding of each token.
 *
 * The gradient of a row that several tokens take is the sum of theirs in the order of the tokens, the same on every run.
 *
 * @param table A tensor of shape [rows, c], or several whose rows follow each other.
 * @param ids Which rows: i32 or u32 of any shape [...]. An id that the table lacks gives a row of NaN.
 * @returns A tensor of shape [..., c].
 * @throws {RangeError} If the table is no matrix, or its tensors differ in width.
 * @throws {TypeError} If ids are not integers.
 *
 * @example Usage
 * ```ts
 * import { gatherRows, openDevice } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const table = device.tensor([1, 2, 3, 4, 5, 6], [3, 2]);
 * const y = gatherRows(table, device.tensor(Int32Array.of(2, 0)));
 * assertEquals(await y.data(), Float32Array.of(5, 6, 1, 2));
 * ```
 */
export function gatherRows(table: RowShards, ids: Tensor): Tensor<"f32"> {
  const rows = rowTable(table);
  if (!rows) throw new RangeError(`Cannot gatherRows of a table of shape ${shapesOf(table)}: it needs [rows, c]`);
  const { device } = ids;
  using scope = device.scope();
  const out = device.empty([...ids.shape, rows.cols]);
  gather("gatherRows", rows, ids, out, NaN);
  record("gatherRows", [...rows.tensors, ids], [out], ([dy], grads) => {
    const wanted = rows.shards.flatMap((shard, i) => {
      if (!grads.wants(i)) return [];
      const into = grads.into(i) ?? device.zeros(shard.tensor.shape);
      return [{ i, into, shard: { ...shard, tensor: into } }];
    });
    scatter("gatherRows", dy!, ids, wanted.map(({ shard }) => shard));
    for (const { i, into } of wanted) grads.add(i, into);
  });
  return scope.keep(out);
}

/**
 * Adds rows up by ids: row r of the result is the sum of the rows of x whose id is r, in their order, and zero where
 * there is none.
 *
 * @param x A tensor of shape [tokens, c].
 * @param ids Where each row goes: i32 or u32 of shape [tokens]. Ids of `rows` or more, and negative ones, are left out.
 * @param rows Rows of the result.
 * @returns A tensor of shape [rows, c].
 * @throws {RangeError} If the shapes do not fit.
 * @throws {TypeError} If ids are not integers.
 *
 * @example Usage
 * ```ts
 * import { openDevice, scatterRows } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const x = device.tensor([1, 2, 3, 4, 5, 6], [3, 2]);
 * const y = scatterRows(x, device.tensor(Int32Array.of(1, 1, -1)), 2);
 * assertEquals(await y.data(), Float32Array.of(0, 0, 4, 6));
 * ```
 */
export function scatterRows(x: Tensor, ids: Tensor, rows: number): Tensor<"f32"> {
  const { device, shape } = x;
  const [tokens, cols] = shape as [number, number];
  if (shape.length !== 2 || ids.shape.join() !== `${tokens}`) {
    throw new RangeError(
      `Cannot scatterRows of a tensor of shape [${shape}] with ids of shape [${ids.shape}]: they need [tokens, c] and [tokens]`,
    );
  }
  using scope = device.scope();
  const out = device.zeros([rows, cols]);
  scatter("scatterRows", x, ids, [{ tensor: out, first: 0, rows }]);
  record("scatterRows", [x, ids], [out], ([dy], grads) => {
    const dx = device.empty(shape);
    gather("scatterRows", rowTable(dy!)!, ids, dx, 0); // what was left out has no gradient
    grads.add(0, dx);
  });
  return scope.keep(out);
}

/** out[t] = table[ids[t]], or `missing`. */
function gather(op: string, { shards, cols }: RowTable, ids: Tensor, out: Tensor, missing: number): void {
  using bits = idsOf(op, "ids", ids);
  shards.forEach(({ tensor, first, rows }, i) => {
    const sizes = { tokens: ids.size, cols, first, rows, keep: i > 0 ? 1 : 0, missing };
    out.device.run(gatherKernel, { table: tensor, ids: bits, out }, sizes);
  });
}

/** out[ids[t]] += x[t], where `out` may be several shards of a table. */
function scatter(op: string, x: Tensor, ids: Tensor, out: readonly Shard[]): void {
  const { device } = x;
  const tokens = ids.size;
  using bits = idsOf(op, "ids", ids);
  using links = device.zeros([2, tokens], "u32");
  device.run(linkKernel, { ids: bits, links }, { tokens });
  for (const { tensor, first, rows } of out) {
    const sizes = { tokens, cols: tensor.shape[1]!, first, rows };
    device.run(scatterKernel, { x, ids: bits, links, out: tensor }, sizes);
  }
}
