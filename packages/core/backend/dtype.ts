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

/** The dtype of a typed array. */
export function dtypeOf(data: TypedArray): DType {
  return data instanceof Float32Array ? "f32" : data instanceof Int32Array ? "i32" : "u32";
}
