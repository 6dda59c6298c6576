/** Where each tensor of a safetensors file stands, and the header that says so. */
import type { Tensor } from "../device/tensor.ts";
import { elementBytes, maxHeaderBytes, type StoredDType } from "./header.ts";
import { quote } from "./json.ts";

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

/** A tensor with its place in the file. */
export interface Placed extends TensorToWrite {
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** How float32 is stored. */
export type StoredFloat = "f32" | "f16" | "bf16";

const order = Object.keys(elementBytes);
const floats = { f32: "F32", f16: "F16", bf16: "BF16" } as const;

/** Bytes that the tensors of a file take. */
export function storedBytes(tensors: readonly TensorToWrite[], dtype: StoredFloat): number {
  return place(tensors, dtype).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Sorts tensors as the library does: by dtype, wide ones first, then by name. */
export function place(tensors: readonly TensorToWrite[], float: StoredFloat): Placed[] {
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

/** The length of the header, and the header. */
export function header(
  placed: readonly Placed[],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
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
