/** Which rows of q see which rows of k: the segments of a ragged batch. */
import { ceilDiv } from "../../backend/kernel.ts";
import type { Device } from "../../device/device.ts";
import type { Tensor } from "../../device/tensor.ts";

/**
 * One sequence of a batch: some rows of q with the keys that they may see.
 *
 * The last query sees every key, the one before it all but the last, and so on: queries and keys end together.
 */
export interface SegmentRange {
  /** First row of q. */
  readonly qStart: number;
  /** Number of rows of q; may be 0. */
  readonly qLength: number;
  /** First row of k and v. */
  readonly kStart: number;
  /** Number of rows of k and v; may be 0. */
  readonly kLength: number;
}

/** Queries, and on WebGPU keys too, that the kernels take at a time. */
export const blockRows: Readonly<Record<"cpu" | "webgpu", number>> = { cpu: 128, webgpu: 32 };

/** A part of a table: pairs [segment, first row within it]. */
export interface SegmentBlocks {
  /** Element of the table where the pairs begin. */
  readonly at: number;
  /** Number of pairs. */
  readonly count: number;
}

/**
 * The segments of a batch, on the host and on a device. Made by {@linkcode segments} or {@linkcode segmentTable}; ends
 * like a tensor, with `using` or with the scope that it was made in.
 */
export class Segments implements Disposable {
  /** The segments in order. */
  readonly ranges: readonly SegmentRange[];
  /** Four numbers a segment (qStart, qLength, kStart, kLength), then the blocks of queries, then those of keys. */
  readonly table: Tensor<"u32">;
  /** Blocks of queries, those with most keys first. */
  readonly queryBlocks: SegmentBlocks;
  /** Blocks of keys; on the CPU one for each segment. */
  readonly keyBlocks: SegmentBlocks;
  /** Rows of q: how many at least, and how many are in a segment. */
  readonly queries: RowExtent;
  /** Rows of k and v: how many at least, and how many are in a segment. */
  readonly keys: RowExtent;
  /** Queries of the segment that has most. */
  readonly longest: number;
  /** Number of (query, key) pairs, the invisible ones included: how much work there is. */
  readonly pairs: number;

  /** Used by {@linkcode segmentTable}. */
  constructor(device: Device, ranges: readonly SegmentRange[]) {
    this.ranges = ranges.map((range) => ({ ...range }));
    this.queries = extent(ranges.map(({ qStart, qLength }) => [qStart, qLength]));
    this.keys = extent(ranges.map(({ kStart, kLength }) => [kStart, kLength]));
    this.longest = ranges.reduce((most, { qLength }) => Math.max(most, qLength), 0);
    this.pairs = ranges.reduce((total, { qLength, kLength }) => total + qLength * kLength, 0);
    const rows = blockRows[device.kind];
    const queryBlocks = ranges.flatMap(({ qLength, kLength }, i) =>
      cut(qLength, rows).map((first) => ({ segment: i, first, seen: kLength - qLength + first }))
    ).sort((a, b) => b.seen - a.seen || a.segment - b.segment);
    const keyBlocks = ranges.flatMap(({ kLength }, i) =>
      device.kind === "cpu" ? [[i, 0]] : cut(kLength, rows).map((first) => [i, first])
    );
    this.queryBlocks = { at: 4 * ranges.length, count: queryBlocks.length };
    this.keyBlocks = { at: this.queryBlocks.at + 2 * queryBlocks.length, count: keyBlocks.length };
    this.table = device.tensor(Uint32Array.from([
      ...ranges.flatMap(({ qStart, qLength, kStart, kLength }) => [qStart, qLength, kStart, kLength]),
      ...queryBlocks.flatMap(({ segment, first }) => [segment, first]),
      ...keyBlocks.flat(),
    ]));
  }

  /** Gives the device's memory back; a second call does nothing. */
  dispose(): void {
    this.table.dispose();
  }

  /** Disposes at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** How segments lie in a tensor's rows. */
export interface RowExtent {
  /** End of the last segment: a tensor needs as many rows. */
  readonly end: number;
  /** Rows that are in a segment; one that is in two counts twice. */
  readonly covered: number;
  /** Whether a row is in two segments. */
  readonly overlap: boolean;
}

/**
 * Describes sequences that are packed end to end, each seeing itself alone: a training batch without padding.
 *
 * @param device The device of the tensors that will be attended to.
 * @param lengths Number of tokens of each sequence; 0 is allowed.
 * @returns The segments, for {@linkcode attention}.
 * @throws {RangeError} If a length is no integer of 0 or more.
 *
 * @example Usage
 * ```ts
 * import { openDevice, segments } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using batch = segments(device, [3, 5]);
 * assertEquals(batch.ranges[1], { qStart: 3, qLength: 5, kStart: 3, kLength: 5 });
 * ```
 */
export function segments(device: Device, lengths: readonly number[]): Segments {
  let start = 0;
  const ranges = lengths.map((length) => {
    const range = { qStart: start, qLength: length, kStart: start, kLength: length };
    start += length;
    return range;
  });
  return segmentTable(device, ranges);
}

/**
 * Describes segments in general: with a key-value cache a segment has one query and as many keys as tokens so far.
 *
 * @param device The device of the tensors that will be attended to.
 * @param ranges Rows of q and rows of k and v of each segment. Rows between segments are in none: their outputs and
 *   gradients are 0. Segments may share keys if no gradient is asked for.
 * @returns The segments, for {@linkcode attention}.
 * @throws {RangeError} If a number is no integer of 0 or more, or segments share queries.
 *
 * @example Two sequences of a cache with room for 8 tokens each, one new token a sequence
 * ```ts
 * import { openDevice, segmentTable } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using step = segmentTable(device, [
 *   { qStart: 0, qLength: 1, kStart: 0, kLength: 3 },
 *   { qStart: 1, qLength: 1, kStart: 8, kLength: 5 },
 * ]);
 * assertEquals([step.queries.end, step.keys.end], [2, 13]);
 * ```
 */
export function segmentTable(device: Device, ranges: readonly SegmentRange[]): Segments {
  ranges.forEach((range, i) => {
    for (const name of ["qStart", "qLength", "kStart", "kLength"] as const) {
      if (!Number.isInteger(range[name]) || range[name] < 0 || range[name] > 2 ** 29) {
        throw new RangeError(
          `Expected ${name} of segment ${i} to be an integer from 0 to 2^29 but found ${range[name]}`,
        );
      }
    }
  });
  if (extent(ranges.map(({ qStart, qLength }) => [qStart, qLength])).overlap) {
    throw new RangeError(
      "Cannot attend with segments that share queries: each row of q belongs to one segment at most",
    );
  }
  return new Segments(device, ranges);
}

function extent(spans: readonly (readonly [start: number, length: number])[]): RowExtent {
  let [end, covered, overlap] = [0, 0, false];
  for (const [start, length] of spans.toSorted((a, b) => a[0] - b[0])) {
    if (length === 0) continue;
    overlap ||= start < end;
    end = Math.max(end, start + length);
    covered += length;
  }
  return { end, covered, overlap };
}

function cut(length: number, rows: number): number[] {
  return Array.from({ length: ceilDiv(length, rows) }, (_, i) => i * rows);
}
