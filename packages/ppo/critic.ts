/** Critics: what a critic may begin from. */
import { copyTree, initAdapter, initScoreHead, mul, type Placed, type ScoreHead, sub } from "@tare/core";

/** What {@linkcode criticOf} makes of a model. */
export interface CriticOptions {
  /** Trains an adapter of this rank and alpha over the model's own trunk, instead of a copy of the trunk. */
  readonly adapter?: { readonly rank: number; readonly alpha: number };
  /** Seed of the adapter. @default {0} */
  readonly seed?: number;
  /** Taken from a reward model's score: the mean baseline, where rewards are contrastive. @default {0} */
  readonly shift?: number;
  /** Multiplies what is left of it: the reward scale, where there is one. @default {1} */
  readonly scale?: number;
}

/**
 * Makes a critic. Of a model without a scalar head, such as the policy that training begins from, one that expects
 * nothing: its head is zero. Of a reward model one that expects `scale · (score − shift)`, in rewards as PPO sees them.
 *
 * @param from The model. It stays as it is; with `adapter` the critic shares its transformer, which nobody may train then.
 * @param options Adapter, shift and scale.
 * @returns The critic; what was made for it belongs to the current scope.
 * @throws {RangeError} If a shift or a scale is no finite number, or given without a head that they could change.
 *
 * @example Usage
 * ```ts
 * import { initParams, leaves, openDevice, parseConfig } from "@tare/core";
 * import { criticOf } from "@tare/ppo";
 * import { assertEquals } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const policy = { device, model: { config, params: initParams(device, config, 1) } };
 * const critic = criticOf(policy);
 * assertEquals(await critic.model.score!.weight.data(), new Float32Array(8));
 * assertEquals(await device.read(leaves(critic.model.params)), await device.read(leaves(policy.model.params)));
 * ```
 */
export function criticOf(from: Placed, options: CriticOptions = {}): Placed {
  const { device, model } = from;
  const { adapter, seed = 0, shift = 0, scale = 1 } = options;
  if (!Number.isFinite(shift) || !Number.isFinite(scale) || !model.score && (shift !== 0 || scale !== 1)) {
    throw new RangeError(
      `Expected a finite shift and scale, and a model with a scalar head to change by them, but found ${shift} and ` +
        `${scale}${model.score ? "" : " for a model without one"}`,
    );
  }
  const score = model.score ? shifted(model.score, shift, scale) : initScoreHead(device, model.config);
  if (!adapter) return { device, model: { ...model, params: copyTree(model.params), score } };
  return { device, model: { ...model, score }, adapter: initAdapter(device, model.config, adapter, seed) };
}

/** The head of scale · (score − shift). */
function shifted({ weight, bias }: ScoreHead, shift: number, scale: number): ScoreHead {
  if (!bias && shift === 0) return { weight: mul(weight, scale) };
  const { device } = weight;
  using scope = device.scope();
  return scope.keep({ weight: mul(weight, scale), bias: mul(sub(bias ?? device.zeros([1]), shift), scale) });
}
