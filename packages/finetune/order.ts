/** Which examples make which update: known from numbers alone, so that a run goes on wherever it was left. */
import { permutation } from "@tare/core";

/** What the order depends on. */
export interface OrderOptions {
  /** Equal seeds give equal orders. */
  readonly seed: number;
  /** How many examples there are. */
  readonly count: number;
  /** How many make an update. */
  readonly batch: number;
}

/** Random numbers of this stage share no stream with those of parameters and completions, which have others here. */
const stage = 0x0f0e;

/**
 * Orders examples: each epoch is a shuffle of its own, and batches run over the end of an epoch into the next.
 *
 * @param options Seed, number of examples, size of a batch.
 * @returns The examples of an update, by the number of updates before it. It remembers the epoch it was last asked for;
 * what it gives does not depend on what was asked before.
 */
export function exampleOrder({ seed, count, batch }: OrderOptions): (step: number) => number[] {
  let known = { epoch: -1, order: new Uint32Array() };
  return (step) =>
    Array.from({ length: batch }, (_, i) => {
      const at = step * batch + i;
      const epoch = Math.floor(at / count);
      if (known.epoch !== epoch) known = { epoch, order: permutation(count, [seed, stage], [epoch, 0, 0]) };
      return known.order[at - epoch * count]!;
    });
}
