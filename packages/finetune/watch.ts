/** Watching over the loss: a run that cannot come to anything ends early, with its reason. */
import { DivergenceError } from "@tare/core";

/** What is remembered of the losses so far. */
export interface LossMemory {
  /** That of the first update, or of knowing nothing where that is more: a first example may be known by chance. */
  readonly first: number;
  /** The largest of the first ten, but at most ten times `first`: how far a loss may swing. */
  readonly early: number;
  /** A running mean: nine parts of itself, one part of the last loss. */
  readonly smoothed: number;
  /** The lowest that the running mean has been. */
  readonly lowest: number;
}

/** What an update showed. */
interface Observation {
  /** Counted from 1. */
  readonly step: number;
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  /** The loss of knowing nothing, if that is known. */
  readonly chance?: number;
}

/**
 * Looks at an update.
 *
 * A loss diverges if its running mean exceeds the largest of its first ten values by more than twice the lowest running
 * mean since: whatever was learned is lost several times over, in whatever unit the loss has. Of the first ten, those count
 * as less that are more than ten times the first, or the loss of knowing nothing.
 *
 * @param memory What is remembered; `null` before the first update.
 * @param seen The update.
 * @returns What to remember.
 * @throws {DivergenceError} If a number is not finite, or the loss diverges.
 */
export function watchLoss(memory: LossMemory | null, seen: Observation): LossMemory {
  const { step, loss, gradNorm, learningRate, chance = 0 } = seen;
  const remedy = `lower the learning rate (${learningRate} at this update) or lengthen the warm-up`;
  if (!Number.isFinite(loss) || !Number.isFinite(gradNorm)) {
    const unharmed = !Number.isFinite(gradNorm); // the optimizer leaves everything alone then
    const [what, value] = unharmed ? ["norm of the gradient", gradNorm] : ["loss", loss];
    throw new DivergenceError(
      `Training diverged at step ${step}: the ${what} is ${value}${unharmed ? `, with a loss of ${loss}` : ""}; ` +
        `the parameters are ${unharmed ? "those before this step" : "no longer those before this step"}; ${remedy}, ` +
        `or look for numbers that are not finite in the model that training began with`,
      { step, value: value as number, unharmed },
    );
  }
  if (!memory) return { first: Math.max(loss, chance), early: loss, smoothed: loss, lowest: loss };
  const { first, lowest } = memory;
  const early = step <= 10 ? Math.max(memory.early, Math.min(loss, 10 * first)) : memory.early;
  const smoothed = 0.9 * memory.smoothed + 0.1 * loss;
  const limit = early + 2 * lowest;
  if (first > 0 && smoothed > limit) { // a loss that begins at zero has no unit to judge it by
    throw new DivergenceError(
      `Training diverged at step ${step}: the smoothed loss is ${smoothed.toPrecision(4)}, more than ` +
        `${limit.toPrecision(4)}, the largest early one (${early.toPrecision(4)}) and twice the lowest since ` +
        `(${lowest.toPrecision(4)}); go back to an earlier checkpoint, and ${remedy}`,
      { step, value: smoothed, unharmed: false },
    );
  }
  return { first, early, smoothed, lowest: Math.min(lowest, smoothed) };
}
