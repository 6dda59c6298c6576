/** Tensors of a device into a safetensors file, piece by piece. */
import type { TypedArray } from "../backend/dtype.ts";
import type { TensorRange } from "../device/device.ts";
import { toBf16, toF16 } from "./half.ts";
import type { StoredDType } from "./header.ts";
import { header, place, type Placed, type StoredFloat, type TensorToWrite } from "./place.ts";
import { pieceBytes } from "./read.ts";
import { streamOf } from "./source.ts";

/** How {@linkcode writeSafetensors} writes. */
export interface SafetensorsOptions {
  /**
   * How float32 is stored; 16 bits are rounded to nearest, ties to even.
   *
   * @default {"f32"}
   */
  dtype?: StoredFloat;
  /** Notes for the header. */
  metadata?: Readonly<Record<string, string>>;
}

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
