/** Numbers to compute with. */
import { Random } from "@tare/core/testing";

const random = new Random(1);

/** `n` normal variates, times `scale`. */
export function normals(n: number, scale = 1): Float32Array<ArrayBuffer> {
  return Float32Array.from(random.normals(n), (x) => x * scale);
}

/** `n` integers from 0 to `below` − 1. */
export function integers(n: number, below: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: n }, () => random.int(0, below - 1));
}
