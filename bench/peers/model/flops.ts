/** How much arithmetic the workload is: what its products of matrices need, whoever computes them. */
import type { ModelConfig } from "@tare/core";

/**
 * Floating-point operations of one training step: a multiplication and an addition for each weight and token, and for
 * each pair of a query and a key that it sees; the backward pass costs twice the forward pass. What an implementation
 * computes again to save memory is not counted.
 *
 * @param config The model; tied or not, its head is a product.
 * @param sequences Sequences of a batch.
 * @param tokens Tokens of each.
 */
export function trainFlops(config: ModelConfig, sequences: number, tokens: number): number {
  const { layers, width, heads, kvHeads, headDim, hidden, vocabulary } = config;
  const mlp = (config.activation === "swiglu" ? 3 : 2) * width * hidden;
  const block = 2 * width * (heads + kvHeads) * headDim + mlp; // query and output, key and value
  const products = sequences * tokens * (layers * block + width * vocabulary);
  const pairs = sequences * tokens * (tokens + 1) / 2;
  const attention = layers * heads * pairs * 2 * headDim; // scores, and sums of values
  return 3 * 2 * (products + attention);
}
