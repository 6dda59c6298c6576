/** What is trained of a model, and how it computes while the rest stands still. */
import type { Model } from "../checkpoint/load.ts";
import type { Device } from "../device/device.ts";
import type { Tensor } from "../device/tensor.ts";
import { tokenBatch } from "./batch.ts";
import { forward } from "./forward.ts";
import type { Adapter, AdapterParams } from "./lora.ts";
import type { Params } from "./params.ts";
import type { ScoreHead } from "./score.ts";

/** The parameters that training changes: all of a transformer or an adapter, and where there is one a scalar head. */
export interface Trainable {
  /** The transformer's; absent where an adapter is trained instead. */
  readonly params?: Params;
  /** The adapter's; absent where the transformer itself is trained. */
  readonly adapter?: AdapterParams;
  /** The head's; of reward models and critics only. */
  readonly score?: ScoreHead;
}

/** A model on its device, with an adapter if it has one. */
export interface Placed {
  /** Where it is. */
  readonly device: Device;
  /** The model. */
  readonly model: Model;
  /** An adapter over it. */
  readonly adapter?: Adapter;
}

/**
 * What is to be trained of a transformer: the adapter where there is one, else all of it. Scalar heads do not count.
 *
 * @param placed The model.
 * @returns The tree for the optimizer.
 *
 * @example Usage
 * ```ts
 * import { initAdapter, initParams, openDevice, parseConfig, trainableOf } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const placed = { device, model: { config, params: initParams(device, config, 1) } };
 * assertEquals(Object.keys(trainableOf(placed)), ["params"]);
 * const adapter = initAdapter(device, config, { rank: 2, alpha: 4 }, 1);
 * assertEquals(Object.keys(trainableOf({ ...placed, adapter })), ["adapter"]);
 * ```
 */
export function trainableOf({ model, adapter }: Placed): Trainable {
  return adapter ? { adapter: adapter.params } : { params: model.params };
}

/**
 * Refuses to go on with a state of a run that trained other parts.
 *
 * @param fresh What a fresh run would train.
 * @param stored What the state holds.
 * @throws {TypeError} If one trains an adapter and the other a transformer, or only one a scalar head.
 *
 * @example Usage
 * ```ts
 * import { checkSameParts, initAdapter, openDevice, parseConfig, trainableOf } from "@tare/core";
 * import { assertThrows } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const { params: adapter } = initAdapter(device, config, { rank: 2, alpha: 4 }, 1);
 * checkSameParts({ adapter }, { adapter });
 * assertThrows(() => checkSameParts({}, { adapter }), TypeError, "trained adapter");
 * ```
 */
export function checkSameParts(fresh: Trainable, stored: Trainable): void {
  const keys = (trained: Trainable) =>
    Object.entries(trained).flatMap(([key, value]) => value ? [key] : []).toSorted().join(" and ");
  if (keys(fresh) === keys(stored)) return;
  throw new TypeError(
    `Expected a state of a run that trained ${keys(fresh)} but found one that trained ${keys(stored)}: ` +
      `resume with the same trainer, and with an adapter if there was one`,
  );
}

/** A transformer's hidden states, as a function of what is trained. */
export interface Transformer {
  /** The parameters that the output matrix is among. */
  params(trained: Trainable): Params;
  /** Hidden states of sequences packed end to end, those of the given rows only. */
  hidden(trained: Trainable, sequences: readonly ArrayLike<number>[], rows: Tensor): Tensor<"f32">;
}

/**
 * Puts a model and what is trained of it together.
 *
 * @param placed The model; what stands in the tree that its functions take is used in place of its own.
 * @param recompute Whether blocks are computed again in the backward pass.
 * @returns Its functions.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig, predictions, trainableOf, transformerOf } from "@tare/core";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const placed = { device, model: { config, params: initParams(device, config, 1) } };
 * const { rows } = predictions(device, [[5, 6, 7, 8]], [2]);
 * const hidden = transformerOf(placed, false).hidden(trainableOf(placed), [[5, 6, 7, 8]], rows);
 * assertEquals(hidden.shape, [2, 8]); // where tokens 7 and 8 are predicted
 * ```
 */
export function transformerOf({ device, model, adapter: given }: Placed, recompute: boolean): Transformer {
  const { config } = model;
  const params = (trained: Trainable) => trained.params ?? model.params;
  return {
    params,
    hidden(trained, sequences, rows) {
      const adapter = trained.adapter && { params: trained.adapter, scale: given!.scale };
      const batch = tokenBatch(device, config, sequences);
      return forward(params(trained), config, batch, { adapter, recompute, wanted: rows });
    },
  };
}
