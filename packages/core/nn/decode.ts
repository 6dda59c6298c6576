/** Parameters laid out for decoding: the same tree, whose matrices are packed once instead of at every token. */
import { mapTree } from "../device/tree.ts";
import { packWeights } from "../kernels/matmul/packed.ts";
import type { Params } from "./params.ts";

/** Paths of what `matmul` alone reads; the embedding is looked up too, and stays as it is. */
const matrices = /^head|\.(query|key|value|output|gate|up|down)\.weight$/;

/**
 * Lays parameters out for `forward` and `logits` with few tokens, with the same bits and without gradients.
 *
 * On the CPU every matrix is copied, the head too; embedding, norms and biases are shared. On WebGPU nothing is copied.
 * Make a new tree after the parameters have changed.
 *
 * @param params The parameters; they must outlive the result.
 * @returns A tree of the same structure, always with a head. Its tensors belong to the current scope; `disposeTree` ends
 * them and leaves `params` alone.
 *
 * @example Usage
 * ```ts
 * import { decodeParams, disposeTree, forward, initParams, logits, openDevice, parseConfig, tokenBatch } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 10 });
 * const params = initParams(device, config, 1);
 * const packed = decodeParams(params);
 * const batch = tokenBatch(device, config, [[1, 2, 3]]);
 * const scores = (p: typeof params) => logits(p, forward(p, config, batch)).data();
 * assertEquals(await scores(packed), await scores(params));
 * disposeTree(packed);
 * ```
 */
export function decodeParams(params: Params): Params {
  const tree: Params = { ...params, head: params.head ?? params.embedding };
  using scope = params.norm.weight.device.scope(); // all of it or nothing, where memory ends
  return scope.keep(
    mapTree(tree, (tensor, path) => matrices.test(path) ? packWeights(tensor) : tensor.device.alias(tensor)),
  );
}
