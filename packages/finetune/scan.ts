/** A pass over examples without gradients, in micro-batches. */
import { type Device, macrotask, type Tensor } from "@tare/core";
import { packByTokens } from "@tare/data";

/** How {@linkcode scan} goes through examples. */
export interface ScanOptions<E> {
  /** Where it computes. */
  readonly device: Device;
  /** Tokens of an example. */
  readonly lengthOf: (example: E) => number;
  /** Most tokens of a forward pass. */
  readonly microTokens: number;
  /** Ends the pass after a micro-batch; the rest is missing from what it gives. */
  readonly signal?: AbortSignal;
}

/**
 * Computes numbers of examples, reading them back once for all, and lets the event loop turn after each micro-batch.
 *
 * @param examples What to go through, in this order.
 * @param options Device, lengths and the budget.
 * @param f Takes the examples of a micro-batch; returns tensors to read.
 * @returns For each micro-batch its examples and the numbers of its tensors.
 */
export async function scan<E>(
  examples: readonly E[],
  { device, lengthOf, microTokens, signal }: ScanOptions<E>,
  f: (examples: readonly E[]) => readonly Tensor<"f32">[],
): Promise<{ examples: readonly E[]; numbers: Float32Array[] }[]> {
  using _pass = device.scope();
  const made: { examples: readonly E[]; tensors: readonly Tensor<"f32">[] }[] = [];
  for (const group of packByTokens(examples.map(lengthOf), microTokens)) {
    if (signal?.aborted) break;
    const chosen = group.map((i) => examples[i]!);
    {
      using scope = device.scope();
      made.push({ examples: chosen, tensors: scope.keep(f(chosen)) });
    }
    await macrotask();
  }
  const numbers = await device.read(made.flatMap(({ tensors }) => tensors));
  let at = 0;
  return made.map(({ examples, tensors }) => ({ examples, numbers: numbers.slice(at, at += tensors.length) }));
}
