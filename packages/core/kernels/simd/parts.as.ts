// How work is cut into parts; the host counts them in backend/kernel.ts.
import { partElements } from "../../backend/cpu/sizes";

/** Elements of a part. */
export const PART: i32 = partElements;

/** Rows of a part: some PART elements. */
// @ts-ignore: decorator
@inline export function rowsOfPart(cols: i32): i32 { return max(1, PART / max(1, cols)); }
