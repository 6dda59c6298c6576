/** Element types: float32 for values, 32-bit integers for ids. */

/** The element type of a tensor: `f32` for values, `i32` and `u32` for ids and positions. */
export type DType = "f32" | "i32" | "u32";

/** The typed array that holds elements of each {@linkcode DType}. */
export type TypedArray = Float32Array | Int32Array | Uint32Array;

/** The typed array of one {@linkcode DType}. */
export type ArrayOf<D extends DType> = D extends "f32" ? Float32Array : D extends "i32" ? Int32Array : Uint32Array;

const arrays = { f32: Float32Array, i32: Int32Array, u32: Uint32Array } as const;

/** Bytes of one element: every dtype has four. */
export const elementBytes = 4;

/** Reads `bytes` as elements of `dtype`, without a copy. */
export function viewAs(bytes: ArrayBuffer, dtype: DType): TypedArray {
  return new arrays[dtype](bytes);
}

/**
 * The dtype of a typed array.
 *
 * @throws {TypeError} If it is of another kind: 8, 16 or 64 bits wide, or no typed array at all.
 */
export function dtypeOf(data: TypedArray): DType {
  for (const dtype of ["f32", "i32", "u32"] as const) if (data instanceof arrays[dtype]) return dtype;
  const found = (data as unknown)?.constructor?.name ?? typeof data;
  throw new TypeError(`Expected a Float32Array, an Int32Array or a Uint32Array but found ${found}: convert it first`);
}
