/** Low-rank adapters (LoRA): a second, small tree that changes a frozen transformer. */
import type { Tensor } from "../device/tensor.ts";

/** What is added to a weight: scale · up · down, without ever making that matrix. */
export interface LowRank {
  /** Shape [rank, in]. */
  readonly down: Tensor;
  /** Shape [out, rank]. */
  readonly up: Tensor;
}

/** Linear layers that an adapter may change. */
export type AdapterTarget = "query" | "key" | "value" | "output" | "gate" | "up" | "down";

/** An adapter's matrices: the tree to train. */
export interface AdapterParams {
  /** For each block the layers that it changes. */
  readonly blocks: readonly { readonly [K in AdapterTarget]?: LowRank }[];
}

/** An adapter in use. */
export interface Adapter {
  /** The matrices. */
  readonly params: AdapterParams;
  /** alpha / rank. */
  readonly scale: number;
}
