/** The three products of a linear layer: forward with its weight as [in, out] or [out, in], and the weight's gradient. */
import type { MatmulOptions } from "@tare/core";
import type { Jax, JaxArray } from "./peer.ts";

/** A layout: N as it lies in memory, T transposed. */
export interface Layout {
  readonly name: "NN" | "NT" | "TN";
  readonly options: MatmulOptions;
  /** The same in jax-js, to be compiled: it fuses a transposition into the product. */
  peer(jax: Jax): (a: JaxArray, b: JaxArray) => JaxArray;
}

/** All three. */
export const layouts: readonly Layout[] = [
  { name: "NN", options: {}, peer: ({ numpy }) => (a, b) => numpy.matmul(a, b) },
  { name: "NT", options: { transposeB: true }, peer: ({ numpy }) => (a, b) => numpy.matmul(a, b.transpose()) },
  { name: "TN", options: { transposeA: true }, peer: ({ numpy }) => (a, b) => numpy.matmul(a.transpose(), b) },
];
