/** Tensors of a safetensors file onto a device, piece by piece. */
import type { DType, TypedArray } from "../backend/dtype.ts";
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { fromBf16, fromF16 } from "./half.ts";
import { elementBytes, type Safetensors, type StoredDType, type StoredTensor } from "./header.ts";
import { quote } from "./json.ts";
import { readBytes } from "./source.ts";

/** How the dtypes that a device can take come to it. */
const decoders: { readonly [K in StoredDType]?: Decoder } = {
  F32: { dtype: "f32", decode: (buffer) => new Float32Array(buffer) },
  F16: { dtype: "f32", decode: (buffer) => fromF16(new Uint16Array(buffer)) },
  BF16: { dtype: "f32", decode: (buffer) => fromBf16(new Uint16Array(buffer)) },
  I32: { dtype: "i32", decode: (buffer) => new Int32Array(buffer) },
  U32: { dtype: "u32", decode: (buffer) => new Uint32Array(buffer) },
};

interface Decoder {
  readonly dtype: DType;
  readonly decode: (buffer: ArrayBuffer) => TypedArray;
}

/** Bytes of a file that are on the host at a time. */
export const pieceBytes: number = 2 ** 22;

/**
 * How a stored tensor's elements come to a device.
 *
 * @throws {TypeError} If no device can hold its dtype.
 */
export function decoderOf({ name, dtype }: StoredTensor, file: string): Decoder {
  const decoder = decoders[dtype];
  if (decoder) return decoder;
  throw new TypeError(
    `Cannot load tensor ${quote(name)} of ${file}: it is ${dtype}, and only ${Object.keys(decoders).join(", ")} are ` +
      `read; convert it`,
  );
}

/** The elements of a stored tensor in order, a few megabytes at a time, whole multiples of `unit` elements each. */
export async function* pieces(
  { source, file }: Safetensors,
  stored: StoredTensor,
  unit = 1,
): AsyncGenerator<{ offset: number; values: TypedArray }> {
  const { decode } = decoderOf(stored, file);
  const bytes = elementBytes[stored.dtype];
  const step = Math.max(1, Math.floor(pieceBytes / (bytes * unit))) * bytes * unit;
  for (let at = stored.start; at < stored.end; at += step) {
    const buffer = await readBytes(source, at, Math.min(at + step, stored.end), file);
    yield { offset: (at - stored.start) / bytes, values: decode(buffer) };
  }
}

/**
 * Reads a tensor of a file onto a device: F32, F16 and BF16 become f32, I32 and U32 stay what they are. A few megabytes
 * are on the host at a time.
 *
 * @param device Where it goes.
 * @param file What {@linkcode openSafetensors} gave.
 * @param name The tensor's name.
 * @returns The tensor; it belongs to the current scope.
 * @throws {RangeError} If the file has no such tensor, or the device cannot hold it.
 * @throws {TypeError} If it has another dtype.
 *
 * @example Usage
 * ```ts
 * import { openDevice, openSafetensors, readTensor, writeSafetensors } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using w = device.tensor([1, 2, 3, 4], [2, 2]);
 * const bytes = writeSafetensors([{ name: "w", parts: [w] }], { dtype: "bf16" });
 * const file = await openSafetensors(await new Response(bytes).blob());
 * using again = await readTensor(device, file, "w");
 * assertEquals(await again.data(), await w.data());
 * ```
 */
export async function readTensor(device: Device, file: Safetensors, name: string): Promise<Tensor> {
  const stored = file.tensors.get(name);
  if (!stored) throw new RangeError(`Cannot find tensor ${quote(name)} in ${file.file}`);
  const tensor = device.empty(stored.shape, decoderOf(stored, file.file).dtype);
  try {
    for await (const { offset, values } of pieces(file, stored)) device.write(tensor, values, offset);
    return tensor;
  } catch (error) {
    tensor.dispose();
    throw error;
  }
}
