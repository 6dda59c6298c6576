/** Conversion of one number: what `cast` must give. */
import type { DType } from "../../backend/dtype.ts";

/** A float32 or an integer of 32 bits, as another dtype has it. */
export function castReference(x: number, from: DType, to: DType): number {
  if (to === "f32") return Math.fround(x);
  if (from !== "f32") return to === "i32" ? x | 0 : x >>> 0; // the bits stay
  const [low, high] = to === "i32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  return Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), low), high) + 0; // + 0: no -0 among integers
}
