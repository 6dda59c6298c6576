/** Tensors of a device into a safetensors file, piece by piece. */
import type { TypedArray } from "../backend/dtype.ts";
import type { TensorRange } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { elementBytes, maxHeaderBytes, quote, type StoredDType } from "./header.ts";
import { toBf16, toF16 } from "./half.ts";
import { pieceBytes } from "./read.ts";
import { streamOf } from "./source.ts";

/** What a tensor of a file is made of. */
export interface TensorToWrite {
  /** Its name in the file. */
  readonly name: string;
  /** Tensors whose rows, one after another, it consists of; nearly always one. */
  readonly parts: readonly Tensor[];
  /** Makes it of the parts in another way than by putting rows one after another. They come to the host whole. */
  readonly arranged?: {
    /** Its shape in the file. */
    readonly shape: readonly number[];
    /** Makes its elements from those of the parts, which must be float32. */
    readonly from: (parts: readonly Float32Array[]) => Float32Array<ArrayBuffer>;
  };
}

/** How {@linkcode writeSafetensors} writes. */
export interface SafetensorsOptions {
  /**
   * How float32 is stored; 16 bits are rounded to nearest, ties to even.
   *
   * @default {"f32"}
   */
  dtype?: "f32" | "f16" | "bf16";
  /** Notes for the header. */
  metadata?: Readonly<Record<string, string>>;
}

/** A tensor with its place in the file. */
interface Placed extends TensorToWrite {
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  readonly bytes: number;
}

const order = Object.keys(elementBytes);
const floats = { f32: "F32", f16: "F16", bf16: "BF16" } as const;

/**
 * Writes tensors as a safetensors file, laid out as the `safetensors` library does. The tensors are read when the stream
 * is: let none of them change or end before.
 *
 * @param tensors What the file shall hold.
 * @param options How floats are stored, and notes.
 * @returns The file's bytes. A number too large for f16 makes the stream fail.
 * @throws {RangeError} If a name comes twice, or parts do not fit together.
 *
 * @example Usage
 * ```ts
 * import { openDevice, openSafetensors, writeSafetensors } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using w = device.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
 * const stream = writeSafetensors([{ name: "w", parts: [w] }], { dtype: "f16", metadata: { format: "pt" } });
 * const file = await openSafetensors(await new Response(stream).blob());
 * assertEquals([file.metadata, file.tensors.get("w")?.shape], [{ format: "pt" }, [2, 3]]);
 * ```
 */
export function writeSafetensors(
  tensors: readonly TensorToWrite[],
  options: SafetensorsOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const placed = place(tensors, options.dtype ?? "f32");
  return streamOf(bytesOf(placed, header(placed, options.metadata)));
}

/** Bytes that the tensors of a file take. */
export function storedBytes(tensors: readonly TensorToWrite[], dtype: SafetensorsOptions["dtype"] = "f32"): number {
  return place(tensors, dtype).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Sorts tensors as the library does: by dtype, wide ones first, then by name. */
function place(tensors: readonly TensorToWrite[], float: "f32" | "f16" | "bf16"): Placed[] {
  const names = new Set<string>();
  const placed = tensors.map((tensor): Placed => {
    const { name, parts } = tensor;
    if (names.has(name) || name === "__metadata__") {
      throw new RangeError(`Cannot write two tensors called ${quote(name)} into one file`);
    }
    names.add(name);
    const kind = parts[0]!.dtype;
    const dtype = kind === "f32" ? floats[float] : kind === "i32" ? "I32" : "U32";
    const shape = shapeOf(tensor);
    const size = shape.reduce((a, b) => a * b, 1);
    return { ...tensor, dtype, shape, bytes: size * elementBytes[dtype] };
  });
  return placed.sort((a, b) => order.indexOf(b.dtype) - order.indexOf(a.dtype) || (a.name < b.name ? -1 : 1));
}

function shapeOf({ name, parts, arranged }: TensorToWrite): readonly number[] {
  if (arranged) return arranged.shape;
  const [first] = parts as [Tensor, ...Tensor[]];
  const [rows, ...rest] = first.shape;
  for (const { shape, dtype } of parts) {
    if (dtype !== first.dtype || `${shape.slice(1)}` !== `${rest}` || (parts.length > 1 && shape.length === 0)) {
      throw new RangeError(
        `Cannot write ${quote(name)} from tensors of shapes ${parts.map(({ shape }) => `[${shape}]`).join(", ")}: ` +
          `they must have one dtype and differ in their number of rows alone`,
      );
    }
  }
  return rows === undefined ? [] : [parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...rest];
}

function header(placed: readonly Placed[], metadata?: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  let at = 0;
  const entries = placed.map(({ name, dtype, shape, bytes }) =>
    [name, { dtype, shape, data_offsets: [at, at += bytes] }] as const
  );
  const json = JSON.stringify({ ...metadata && { __metadata__: metadata }, ...Object.fromEntries(entries) });
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8; // spaces up to here: the data begins at a multiple of eight bytes
  if (length > maxHeaderBytes) {
    throw new RangeError(`Cannot write a header of ${length} bytes: ${maxHeaderBytes} is the most that others read`);
  }
  const bytes = new Uint8Array(8 + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  return bytes;
}

/** Something that is read at once: a piece of a tensor, or all of one that is to be arranged. */
interface Work extends Pick<Placed, "dtype" | "arranged"> {
  readonly ranges: readonly TensorRange[];
}

async function* bytesOf(
  placed: readonly Placed[],
  header: Uint8Array<ArrayBuffer>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield header;
  for (const group of groups(placed)) {
    const ranges = group.flatMap((work) => work.ranges);
    const arrays = await ranges[0]!.tensor.device.readRanges(ranges);
    let at = 0;
    for (const { ranges, dtype, arranged } of group) {
      const own = arrays.slice(at, at += ranges.length);
      if (arranged) yield encode(arranged.from(own as Float32Array[]), dtype);
      else for (const array of own) yield encode(array, dtype);
    }
  }
}

/** Work that shares one wait for its device: small tensors together, large ones in pieces. */
function* groups(placed: readonly Placed[]): Generator<Work[]> {
  let group: Work[] = [];
  let elements = 0;
  const most = pieceBytes / 4;
  for (const work of placed.flatMap((tensor) => works(tensor, most))) {
    const size = work.ranges.reduce((sum, { start, end }) => sum + end - start, 0);
    const moved = group.length > 0 && group[0]!.ranges[0]!.tensor.device !== work.ranges[0]!.tensor.device;
    if (group.length > 0 && (moved || elements + size > most)) {
      yield group;
      [group, elements] = [[], 0];
    }
    group.push(work);
    elements += size;
  }
  if (group.length > 0) yield group;
}

function works({ parts, dtype, arranged }: Placed, most: number): Work[] {
  if (arranged) return [{ ranges: parts.map((tensor) => ({ tensor, start: 0, end: tensor.size })), dtype, arranged }];
  return parts.flatMap((tensor) =>
    Array.from({ length: Math.ceil(tensor.size / most) }, (_, i): Work => {
      const range = { tensor, start: i * most, end: Math.min(tensor.size, (i + 1) * most) };
      return { ranges: [range], dtype };
    })
  );
}

function encode(values: TypedArray, dtype: StoredDType): Uint8Array<ArrayBuffer> {
  const stored = dtype === "F16"
    ? toF16(values as Float32Array)
    : dtype === "BF16"
    ? toBf16(values as Float32Array)
    : values;
  return new Uint8Array(stored.buffer as ArrayBuffer, stored.byteOffset, stored.byteLength);
}
