/** From hidden states to the next token: the output matrix, or the embedding where they are tied. */
import { Tensor } from "../device/tensor.ts";
import { concatColumns } from "../kernels/columns/columns.ts";
import { logProb, type LogProbOptions, type TokenLogProb } from "../kernels/log_prob/log_prob.ts";
import { matmul } from "../kernels/matmul/matmul.ts";
import type { RowShards } from "../kernels/row_shards.ts";
import type { Params } from "./params.ts";

/**
 * Log-probability, entropy and arg-max of given tokens: the transformer's head.
 *
 * @param params The parameters.
 * @param hidden What `forward` gave, or rows of it, shape [T, width].
 * @param targets The token of each row, shape [T].
 * @param options The temperature.
 * @returns As `logProb`.
 *
 * @example Usage
 * ```ts
 * import { forward, initParams, openDevice, parseConfig, tokenBatch, tokenLogProb } from "@tare/core";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 10, hidden_size: 8, intermediate_size: 16 },
 *   ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = initParams(device, config, 7);
 * const hidden = forward(params, config, tokenBatch(device, config, [[1, 2]]));
 * const { logProb } = tokenLogProb(params, hidden, device.tensor(Uint32Array.of(2, 3)));
 * assertAlmostEquals(await logProb.data().then(([first]) => first!), Math.log(1 / 10), 0.1); // it knows nothing yet
 * ```
 */
export function tokenLogProb(
  params: Params,
  hidden: Tensor,
  targets: Tensor,
  options: LogProbOptions = {},
): TokenLogProb {
  return logProb(hidden, headOf(params), targets, options);
}

/**
 * Scores of every token of the vocabulary; T × V numbers, so for few rows only.
 *
 * @param params The parameters.
 * @param hidden What `forward` gave, or rows of it, shape [T, width].
 * @returns Logits of shape [T, vocabulary].
 *
 * @example Usage
 * ```ts
 * import { forward, initParams, logits, openDevice, parseConfig, tokenBatch } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * const config = parseConfig({
 *   ...{ model_type: "llama", vocab_size: 10, hidden_size: 8, intermediate_size: 16 },
 *   ...{ num_hidden_layers: 1, num_attention_heads: 2, max_position_embeddings: 32 },
 * });
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const params = initParams(device, config, 7);
 * const hidden = forward(params, config, tokenBatch(device, config, [[1, 2]]));
 * assertEquals(logits(params, hidden).shape, [2, 10]);
 * ```
 */
export function logits(params: Params, hidden: Tensor): Tensor<"f32"> {
  const head = headOf(params);
  const product = (weight: Tensor) => matmul(hidden, weight, { transposeB: true });
  if (head instanceof Tensor) return product(head);
  using scope = hidden.device.scope();
  return scope.keep(concatColumns(head.map(product)));
}

function headOf(params: Params): RowShards {
  return params.head ?? params.embedding;
}
