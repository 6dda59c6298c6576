/** What a trainer yields, and what it needs to go on. */
import { type AdamWState, checkSameParts, type Tensor, type Trainable } from "@tare/core";
import type { LossMemory } from "./watch.ts";

/** Everything that a run needs to go on: `saveState` saves it, `loadState` brings it back. */
export interface TrainingState {
  /** What is trained, as it is after the step. */
  readonly params: Trainable;
  /** The optimizer's means. */
  readonly optimizer: AdamWState<Trainable>;
  /** Updates done. */
  readonly step: number;
  /** The evaluation with the lowest loss so far: after which update, and the loss; `null` before the first one. */
  readonly best: { readonly step: number; readonly loss: number } | null;
  /** What is remembered to notice a diverging loss. */
  readonly losses: LossMemory | null;
  /** What DPO computed before the first update: log-probabilities under the reference, [pairs, 2] each. */
  readonly reference?: { readonly train: Tensor; readonly heldOut?: Tensor };
}

/** One update, when it is done. While the caller looks at it nothing changes. */
export interface TrainingStep {
  /** Updates done, from 1. */
  readonly step: number;
  /** Updates of the whole run. */
  readonly steps: number;
  /** How often the examples have been seen, on average. */
  readonly epoch: number;
  /** Numbers of this update, by name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Numbers of the held-out examples, by name; absent where there was no evaluation. */
  readonly evaluation?: Readonly<Record<string, number>>;
  /** Whether this evaluation has the lowest loss of all so far. */
  readonly best: boolean;
  /** What to save. Its tensors are those that the next update changes: save them before it. */
  readonly state: TrainingState;
}

/** Where a run begins: with the parameters alone, or with a state. */
export type Start = Pick<TrainingState, "params"> & Partial<TrainingState>;

/**
 * Decides where a run begins.
 *
 * @param fresh What a fresh run trains.
 * @param state What an earlier one left.
 * @returns The state, if there is one.
 * @throws {TypeError} If the earlier run trained other things.
 */
export function startOf(fresh: Trainable, state?: TrainingState): Start {
  if (state) checkSameParts(fresh, state.params);
  return state ?? { params: fresh };
}
