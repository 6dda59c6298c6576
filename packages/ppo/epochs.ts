/** What an iteration's episodes teach: epochs of minibatches, an update each. */
import { DivergenceError, macrotask } from "@tare/core";
import { cutMinibatches, episodeOrder } from "./minibatches.ts";
import { type Experience, type Students, update, type UpdateNumbers, type UpdateOptions } from "./update.ts";

/**
 * Learns from an iteration's episodes.
 *
 * @param students Who learns, in place.
 * @param experiences The episodes.
 * @param options How, and the iteration, counted from 0.
 * @returns Means of the updates' numbers, and how many updates there were; `policy/first_ratio_error` is the first one's.
 * @throws {DivergenceError} If a gradient is no number.
 */
export async function learnFrom(
  students: Students,
  experiences: readonly Experience[],
  options: UpdateOptions & { iteration: number },
): Promise<Record<string, number>> {
  const { config: { epochs, minibatches, seed, targetKl = Infinity }, iteration } = options;
  const updates: UpdateNumbers[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = episodeOrder({ seed, episodes: experiences.length, epoch, iteration });
    for (const minibatch of cutMinibatches(order, minibatches)) {
      const numbers = await update(students, Array.from(minibatch, (i) => experiences[i]!), options);
      checkNorms(numbers, options);
      updates.push(numbers);
      await macrotask();
      if (numbers["policy/approxkl"]! > targetKl) return summary(updates);
    }
  }
  return summary(updates);
}

function summary(updates: readonly UpdateNumbers[]): Record<string, number> {
  const meanOf = (name: string) => updates.reduce((sum, numbers) => sum + numbers[name]! / updates.length, 0);
  const first = updates[0]!;
  const error = first["policy/first_ratio_error"];
  return {
    ...Object.fromEntries(Object.keys(first).map((name) => [name, meanOf(name)])),
    ...error !== undefined && { "policy/first_ratio_error": error },
    updates: updates.length,
  };
}

/** Ends a run whose gradients are no numbers: nothing good would come of it. */
function checkNorms(
  numbers: UpdateNumbers,
  { iteration, learningRate, criticLearningRate }: UpdateOptions & { iteration: number },
): void {
  for (
    const [name, who, rate] of [
      ["critic/grad_norm", "critic", criticLearningRate], // first: what it says spoils the policy's gradient too
      ["grad_norm", "policy", learningRate],
    ] as const
  ) {
    const norm = numbers[name] ?? 0;
    if (Number.isFinite(norm)) continue;
    throw new DivergenceError(
      `PPO diverged at iteration ${
        iteration + 1
      }: the norm of the ${who}'s gradient is ${norm}; go back to an earlier ` +
        `checkpoint, and lower the ${who}'s learning rate (${rate} at this iteration), or look for numbers that are not ` +
        `finite in the model that training began with`,
      { step: iteration + 1, value: norm, unharmed: false },
    );
  }
}
