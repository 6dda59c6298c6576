/** Causal attention over ragged segments, and its gradient. */
import { record } from "../../autograd/tape.ts";
import type { Tensor } from "../../device/tensor.ts";
import { backwardCpu, queriesBackward } from "./backward.ts";
import { keysBackward } from "./backward_keys.ts";
import { forward } from "./forward.ts";
import { blockRows, type SegmentBlocks, type Segments } from "./segments.ts";
import { tileIndex } from "./tile.ts";
import { widestHead } from "./widest_head.ts";

/** How {@linkcode attention} reads its operands. */
export interface AttentionOptions {
  /** Number of query heads: q has heads · headDim columns. */
  heads: number;
  /**
   * Number of key and value heads; each serves heads / kvHeads query heads in a row.
   *
   * @default {heads}
   */
  kvHeads?: number;
  /**
   * How many keys a query sees at most, itself included; the latest ones.
   *
   * @default {Infinity}
   */
  window?: number;
  /**
   * Factor on the scores q · k.
   *
   * @default {1 / Math.sqrt(headDim)}
   */
  scale?: number;
}

/**
 * Causal attention: softmax(scale · q kᵀ) v within each segment, each query seeing the keys up to its own.
 *
 * A row of the result has the same bits in any batch, and alone with the keys that it sees: decoding with a cache gives
 * what a full forward pass gave. (For finite operands: an infinity or NaN may reach rows near its own that do not see it.)
 * No matrix of scores is ever in memory.
 *
 * @param q Queries, of shape [Tq, heads · headDim]; the head width headDim is at most 256.
 * @param k Keys, of shape [Tk, kvHeads · headDim].
 * @param v Values, of the shape of k.
 * @param segments Which rows of q see which rows of k and v.
 * @param options Number of heads, window, scale.
 * @returns A tensor of shape [Tq, heads · headDim]; 0 in rows that are in no segment or see no key.
 * @throws {RangeError} If shapes, heads and segments do not fit.
 *
 * @example Two sequences, of 1 and of 2 tokens; the second token of a sequence sees both
 * ```ts
 * import { attention, openDevice, segments } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const batch = segments(device, [1, 2]);
 * const q = device.zeros([3, 2]); // all scores are 0: plain means of the values
 * const v = device.tensor([1, 2, 3, 4, 5, 6], [3, 2]);
 * const y = attention(q, device.zeros([3, 2]), v, batch, { heads: 1 });
 * assertEquals(await y.data(), Float32Array.of(1, 2, 3, 4, 4, 5));
 * ```
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  segments: Segments,
  options: AttentionOptions,
): Tensor<"f32"> {
  const { heads, kvHeads = heads } = options;
  const headDim = check(q, k, v, segments, options);
  const { device } = q;
  const { queries, keys } = segments;
  const params = {
    ...{ heads, kvHeads, headDim, scale: options.scale ?? 1 / Math.sqrt(headDim) },
    window: Math.min(options.window ?? Infinity, 2 ** 30),
    pairs: Math.min(segments.pairs, 2 ** 32 - 1),
  };
  using scope = device.scope();
  // Kernels write the rows of segments; where there are others, those must be 0.
  const like = (x: Tensor, covered: number) => covered === x.shape[0] ? device.empty(x.shape) : device.zeros(x.shape);
  const out = like(q, queries.covered);
  const stats = device.empty([q.shape[0]!, heads, 2]);
  const table = device.alias(segments.table); // the backward pass may outlive `segments`
  const blocks = ({ at, count }: SegmentBlocks) => ({ each: blockRows[device.kind], blocks: count, blocksAt: at });
  const tile = tileIndex(headDim);
  if (segments.queryBlocks.count > 0) {
    const together = headsTogether(segments, heads, kvHeads);
    device.run(forward[tile]!, { q, k, v, table, out, stats }, {
      ...params,
      ...blocks(segments.queryBlocks),
      together,
    });
  }
  record("attention", [q, k, v], [out], ([dOut], grads) => {
    if (keys.overlap) {
      throw new RangeError("Cannot differentiate attention over segments that share keys: give each its own rows of k");
    }
    const dQ = like(q, queries.covered);
    const dK = like(k, keys.covered);
    const dV = like(v, keys.covered);
    const shared = { q, k, v, table, stats, dOut };
    if (device.kind === "cpu") {
      device.run(backwardCpu, { ...shared, out, dQ, dK, dV }, { ...params, segments: segments.ranges.length });
    } else {
      const { queryBlocks, keyBlocks } = segments;
      if (queryBlocks.count > 0) {
        device.run(queriesBackward[tile]!, { ...shared, out, dQ }, { ...params, ...blocks(queryBlocks) });
      }
      if (keyBlocks.count > 0) {
        device.run(keysBackward[tile]!, { ...shared, dK, dV }, { ...params, ...blocks(keyBlocks) });
      }
    }
    [dQ, dK, dV].forEach((gradient, i) => {
      if (grads.wants(i)) grads.add(i, gradient);
    });
  }, [stats, table]);
  return scope.keep(out);
}

/**
 * Key heads that one part of the CPU's forward kernel takes. With few queries it reads keys and values where they lie, and
 * those of neighbouring heads are neighbours: as many heads as leave eight parts.
 */
function headsTogether({ longest, queryBlocks }: Segments, heads: number, kvHeads: number): number {
  if (longest * heads / kvHeads > 3 || kvHeads > 32) return 1; // as in forward.as.ts
  let together = kvHeads;
  while (kvHeads % together > 0 || queryBlocks.count * kvHeads / together < 8 && together > 1) together--;
  return together;
}

/** Checks what `attention` was given. @returns The head width. */
function check(q: Tensor, k: Tensor, v: Tensor, segments: Segments, options: AttentionOptions): number {
  const { heads, kvHeads = heads, window = Infinity } = options;
  const shapes = `q of shape [${q.shape}], k of [${k.shape}] and v of [${v.shape}]`;
  const fail = (remedy: string) => new RangeError(`Cannot attend with ${shapes}: ${remedy}`);
  if (!(Number.isInteger(heads) && Number.isInteger(kvHeads) && kvHeads >= 1 && heads >= 1 && heads % kvHeads === 0)) {
    throw fail(`kvHeads must divide heads, but heads is ${heads} and kvHeads ${kvHeads}`);
  }
  const headDim = q.shape[1]! / heads;
  if (q.shape.length !== 2 || !Number.isInteger(headDim) || headDim < 1) {
    throw fail(`q must be [rows, heads · headDim] with heads = ${heads}; reshape it`);
  }
  if (k.shape.length !== 2 || k.shape[1] !== kvHeads * headDim || v.shape.join() !== k.shape.join()) {
    const cols = kvHeads * headDim;
    throw fail(
      `k and v must be [rows, kvHeads · headDim] = [rows, ${cols}] for ${heads} heads and kvHeads = ${kvHeads}`,
    );
  }
  const { scale = 1 } = options;
  if (!Number.isFinite(scale)) throw fail(`scale must be finite, but is ${scale}`);
  if (headDim > widestHead) throw fail(`a head of width ${headDim} is wider than ${widestHead}; use more heads`);
  if (!(window >= 1) || (window !== Infinity && !Number.isInteger(window))) {
    throw fail(`window must be an integer of 1 or more, but is ${window}`);
  }
  if (segments.queries.end > q.shape[0]! || segments.keys.end > k.shape[0]!) {
    throw fail(`the segments need ${segments.queries.end} rows of q and ${segments.keys.end} of k and v`);
  }
  return headDim;
}
