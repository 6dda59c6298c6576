/** What every trainer takes. */
import type { Adapter, Device, Model } from "@tare/core";
import type { Sequence } from "@tare/data";
import type { TrainingConfig } from "./config.ts";
import type { TrainingState } from "./step.ts";
import { checkSequences } from "./check_sequences.ts";

/** A model, what it learns from, and how. */
export interface TrainerOptions<E, C extends TrainingConfig = TrainingConfig, M extends Model = Model> {
  /** Where the model is. */
  readonly device: Device;
  /**
   * The model. Its parameters are trained in place, and stay the caller's. To resume give those of the state, as
   * `{ config, ...state.params }`.
   */
  readonly model: M;
  /**
   * A low-rank adapter, which is trained in place instead of the transformer. To resume give it with
   * `params: state.params.adapter`.
   */
  readonly adapter?: Adapter;
  /** What to learn from. */
  readonly train: readonly E[];
  /** What to evaluate on; without any there are no evaluations and there is no best step. */
  readonly heldOut?: readonly E[];
  /** Settings that are not to be the defaults. */
  readonly config?: Partial<C>;
  /** Ends the run: after the step under way, which is yielded, without an error. */
  readonly signal?: AbortSignal;
  /**
   * A state of an earlier run with the same settings and examples: the run goes on from there, on the CPU device with the
   * same bits as if it had never stopped. Its tensors are trained in place, and stay the caller's.
   */
  readonly state?: TrainingState;
}

/**
 * Refuses what cannot be learned from, before anything has begun.
 *
 * @param options Examples and the model.
 * @param sequencesOf The sequences of an example.
 * @throws {RangeError} If there is no example, one has nothing to predict, or the model cannot take it.
 */
export function checkExamples<E>(
  { train, heldOut = [], model }: Pick<TrainerOptions<E>, "train" | "heldOut" | "model">,
  sequencesOf: (example: E) => readonly Sequence[],
): void {
  if (train.length === 0) throw new RangeError("Expected at least one example to train on but found none");
  for (const [name, examples] of [["train", train], ["heldOut", heldOut]] as const) {
    checkSequences(name, examples.map(sequencesOf), model.config);
  }
}
