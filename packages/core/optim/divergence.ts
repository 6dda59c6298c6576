/** The end of a training run that cannot come to anything. */

/** A training run that came to nothing: its loss or gradient is no number any more, or grew instead of falling. */
export class DivergenceError extends Error {
  /** Its name. */
  override readonly name = "DivergenceError";
  /** The update that showed it, counted from 1. */
  readonly step: number;
  /** What was out of bounds: the loss, the norm of the gradient, or the smoothed loss. */
  readonly value: number;
  /** Whether parameters and moments are still those before the update. */
  readonly unharmed: boolean;

  /**
   * Used by the trainers.
   *
   * @param message What happened and what to do.
   * @param facts Update, value, and whether the parameters are as before it.
   */
  constructor(message: string, facts: { step: number; value: number; unharmed: boolean }) {
    super(message);
    ({ step: this.step, value: this.value, unharmed: this.unharmed } = facts);
  }
}
