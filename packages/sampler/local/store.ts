/** What a call keeps on the device: a key-value cache of slots × rows, and the angles of every position. */
import { type Device, disposeTree, gatherRows, type KvCache, kvCache, type ModelConfig, ropeTable } from "@tare/core";
import { segmentTable, type Tensor, type TokenPlaces, writeRows } from "@tare/core";

/** The cache of one call. */
export interface Store extends Disposable {
  readonly device: Device;
  readonly config: ModelConfig;
  readonly cache: KvCache;
  /** Angles of each position; with rotary positions only. */
  readonly angles?: Tensor<"f32">;
  /** Sequences that fit. */
  readonly slots: number;
  /** Tokens of a sequence that fit. */
  readonly rows: number;
}

/** Some tokens in a row of the sequence in a slot. */
export interface Span {
  readonly slot: number;
  /** Position of the first one. */
  readonly from: number;
  readonly length: number;
}

/**
 * Makes room for sequences.
 *
 * @param device Where the model is.
 * @param config The model's.
 * @param rows Tokens of the longest sequence.
 * @param slots How many sequences at a time, at most; fewer if memory does not suffice.
 * @param bytes Most bytes of the cache.
 * @returns The store. It belongs to no scope: dispose of it.
 * @throws {RangeError} If not one sequence fits.
 */
export function openStore(device: Device, config: ModelConfig, rows: number, slots: number, bytes: number): Store {
  const row = 4 * config.kvHeads * config.headDim;
  const need = 2 * config.layers * row * rows;
  const most = Math.min(slots, Math.floor(bytes / need), Math.floor(device.limits.maxTensorBytes / (row * rows)));
  if (most < 1) {
    const limit = need > bytes
      ? `cacheBytes, ${bytes}: raise it, or lower maxTokens`
      : `fits the ${device.kind} device, ${device.limits.maxTensorBytes} a tensor: lower maxTokens`;
    throw new RangeError(`Cannot sample ${rows} tokens a sequence: their cache of ${need} bytes is more than ${limit}`);
  }
  using scope = device.scope();
  const cache = kvCache(device, config, most * rows);
  const { rope, headDim: dim } = config;
  const angles = rope && ropeTable(device, { dim, positions: rows, ...rope });
  scope.keep({ cache, angles }, null); // once both are there: a device that lacks memory for one keeps neither
  const dispose = () => disposeTree({ cache, angles });
  return { device, config, cache, angles, slots: most, rows, [Symbol.dispose]: dispose };
}

/** Where the tokens of some spans stand, packed end to end, and their rows in the cache. They belong to the scope. */
export function placesOf(store: Store, spans: readonly Span[]): { places: TokenPlaces; rows: Tensor<"u32"> } {
  const { device } = store;
  const count = spans.reduce((total, { length }) => total + length, 0);
  const positions = new Uint32Array(count);
  const rows = new Uint32Array(count);
  let at = 0;
  const ranges = spans.map(({ slot, from, length }) => {
    const range = { qStart: at, qLength: length, kStart: slot * store.rows, kLength: from + length };
    for (let i = 0; i < length; i++, at++) {
      positions[at] = from + i;
      rows[at] = range.kStart + from + i;
    }
    return range;
  });
  const tensor = device.tensor(positions);
  const places = { positions: tensor, rows: tensor, angles: store.angles, segments: segmentTable(device, ranges) };
  return { places, rows: device.tensor(rows) };
}

/** Copies `count` rows of keys and values from slot to slot. */
export function copyRows(store: Store, pairs: readonly { from: number; to: number; count: number }[]): void {
  const { device, cache } = store;
  using _scope = device.scope();
  const ids = (end: "from" | "to") =>
    device.tensor(
      Uint32Array.from(
        pairs.flatMap((pair) => Array.from({ length: pair.count }, (_, i) => pair[end] * store.rows + i)),
      ),
    );
  const [from, to] = [ids("from"), ids("to")];
  for (const table of [...cache.keys, ...cache.values]) {
    using rows = gatherRows(table, from);
    writeRows(table, rows, to);
  }
}
