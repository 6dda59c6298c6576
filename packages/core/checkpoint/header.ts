/** The header of a safetensors file: names, dtypes, shapes and places, believed only after every one is checked. */
import { isObject } from "../nn/json_fields.ts";
import { duplicateKey, quote } from "./json.ts";
import { type ByteSource, readBytes } from "./source.ts";

/** A dtype as safetensors names it. */
export type StoredDType =
  | "BOOL"
  | "U8"
  | "I8"
  | "F8_E5M2"
  | "F8_E4M3"
  | "F8_E8M0"
  | "I16"
  | "U16"
  | "F16"
  | "BF16"
  | "I32"
  | "U32"
  | "F32"
  | "C64"
  | "F64"
  | "I64"
  | "U64";

/** Bytes of an element of each dtype that a file may hold. */
export const elementBytes: Readonly<Record<StoredDType, number>> = {
  ...{ BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, F8_E8M0: 1, I16: 2, U16: 2, F16: 2, BF16: 2 },
  ...{ I32: 4, U32: 4, F32: 4, C64: 8, F64: 8, I64: 8, U64: 8 },
};

/** A tensor in a file. */
export interface StoredTensor {
  /** Its name. */
  readonly name: string;
  /** Its element type. */
  readonly dtype: StoredDType;
  /** Length of each dimension. */
  readonly shape: readonly number[];
  /** Its first byte in the file. */
  readonly start: number;
  /** The byte after its last. */
  readonly end: number;
}

/** A safetensors file whose header was read and checked. */
export interface Safetensors {
  /** What messages call it. */
  readonly file: string;
  /** The bytes. */
  readonly source: ByteSource;
  /** Its tensors by name, in the order of their places. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** What its writer noted. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Longest header, in bytes: the same limit as in the `safetensors` library. */
export const maxHeaderBytes: number = 100_000_000;

/**
 * Opens a safetensors file: reads its header, and checks that names, dtypes, shapes and places agree with each other and
 * with the file's size. No tensor is read.
 *
 * @param source The file's bytes.
 * @param file What messages call it.
 * @returns The tensors and where they are.
 * @throws {SyntaxError} If the header is no header of safetensors.
 * @throws {RangeError} If sizes in it contradict each other or the file.
 *
 * @example Usage
 * ```ts
 * import { openDevice, openSafetensors, writeSafetensors } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using w = device.tensor([1, 2, 3, 4], [2, 2]);
 * const blob = await new Response(writeSafetensors([{ name: "w", parts: [w] }])).blob();
 * const { tensors } = await openSafetensors(blob);
 * assertEquals(tensors.get("w"), { name: "w", dtype: "F32", shape: [2, 2], start: 72, end: 88 });
 * ```
 */
export async function openSafetensors(source: ByteSource, file = "the safetensors file"): Promise<Safetensors> {
  const refuse = (why: string, Kind: ErrorConstructor = SyntaxError): never => {
    throw new Kind(`Cannot read ${file} as safetensors: ${why}; download or write it again`);
  };
  if (!(source.size >= 8)) {
    refuse(`it has ${source.size} bytes, less than the 8 that give its header's length`, RangeError);
  }
  const length = Number(new DataView(await readBytes(source, 0, 8, file)).getBigUint64(0, true));
  if (length > maxHeaderBytes || length > source.size - 8) {
    refuse(`it claims a header of ${length} bytes, in a file of ${source.size} bytes`, RangeError);
  }
  const header = parse(await readBytes(source, 8, 8 + length, file), refuse);
  const dataBytes = source.size - 8 - length;
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    refuse("its __metadata__ is no object of strings");
  }
  const tensors = Object.entries(entries)
    .map(([name, entry]) => tensorOf(name, entry, refuse))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const { name, start, end } of tensors) {
    if (start !== at) {
      const what = start > at ? "a hole in front of" : "other tensors in the place of";
      refuse(`there is ${what} tensor ${quote(name)}, at ${start} where ${at} was expected`, RangeError);
    }
    at = end;
  }
  if (at !== dataBytes) refuse(`its tensors take ${at} bytes but it holds ${dataBytes}`, RangeError);
  const move = 8 + length;
  return {
    ...{ file, source, metadata: metadata as Record<string, string> },
    tensors: new Map(tensors.map((x) => [x.name, { ...x, start: x.start + move, end: x.end + move }])),
  };
}

type Refuse = (why: string, Kind?: ErrorConstructor) => never;

function parse(bytes: ArrayBuffer, refuse: Refuse): Record<string, unknown> {
  let header: unknown;
  let text = "";
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    refuse("its header is no JSON");
  }
  if (!isObject(header)) return refuse("its header is no JSON object");
  const twice = duplicateKey(text);
  if (twice !== undefined) refuse(`its header has ${quote(twice)} twice`);
  return header;
}

function tensorOf(name: string, entry: unknown, refuse: Refuse): StoredTensor {
  const tensor = `tensor ${quote(name)}`;
  if (!isObject(entry)) return refuse(`${tensor} is described by no object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(elementBytes, dtype)) {
    return refuse(`${tensor} has the unknown dtype ${quote(dtype)}`);
  }
  if (!isSizes(shape)) return refuse(`the shape of ${tensor} is ${quote(shape)}, no list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    return refuse(`the data_offsets of ${tensor} are ${quote(offsets)}, no pair of places`);
  }
  const bytes = shape.reduce((a, b) => a * b, elementBytes[dtype as StoredDType]);
  const [start, end] = offsets as [number, number];
  if (end - start !== bytes) {
    refuse(`${tensor} takes ${end - start} bytes where ${dtype} of shape ${quote(shape)} takes ${bytes}`, RangeError);
  }
  return { name, dtype: dtype as StoredDType, shape, start, end };
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((x) => Number.isSafeInteger(x) && x >= 0);
}
