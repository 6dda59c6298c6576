/** A transformer's parameters: a tree of tensors, the same for every family. */
import type { Tensor } from "../device/tensor.ts";
import type { RowShards } from "../kernels/row_shards.ts";

/** y = x · weightᵀ + bias. */
export interface Linear {
  /** Shape [out, in]. */
  readonly weight: Tensor;
  /** Shape [out]. */
  readonly bias?: Tensor;
}

/** Scale, and for LayerNorm offset, of a norm. */
export interface Norm {
  /** Shape [width]. */
  readonly weight: Tensor;
  /** Shape [width]; LayerNorm only. */
  readonly bias?: Tensor;
}

/** One block: attention, then an MLP. */
export interface BlockParams {
  /** In front of attention. */
  readonly attentionNorm: Norm;
  /** Shape [heads · headDim, width]. */
  readonly query: Linear;
  /** Shape [kvHeads · headDim, width]. */
  readonly key: Linear;
  /** Shape [kvHeads · headDim, width]. */
  readonly value: Linear;
  /** Shape [width, heads · headDim]. */
  readonly output: Linear;
  /** Norm of each query head, weight of shape [headDim]. */
  readonly queryNorm?: Norm;
  /** Norm of each key head, weight of shape [headDim]. */
  readonly keyNorm?: Norm;
  /** In front of the MLP. */
  readonly mlpNorm: Norm;
  /** Shape [hidden, width]; SwiGLU only. */
  readonly gate?: Linear;
  /** Shape [hidden, width]. */
  readonly up: Linear;
  /** Shape [width, hidden]. */
  readonly down: Linear;
}

/** All parameters of a transformer. */
export interface Params {
  /** Shape [vocabulary, width]. */
  readonly embedding: RowShards;
  /** Learned positions, shape [positions, width]; absent with rotary ones. */
  readonly positions?: Tensor;
  /** The blocks in order. */
  readonly blocks: readonly BlockParams[];
  /** In front of the head. */
  readonly norm: Norm;
  /** The output matrix, shape [vocabulary, width]; absent where it is the embedding. */
  readonly head?: RowShards;
}
