/** Log-probabilities under the model as it came, computed once and kept in the state. */
import { type Device, disposeTree, scan, type Tensor } from "@tare/core";
import { microBatches, type SequencePair } from "@tare/data";
import { pairLength } from "./pairs.ts";
import type { TrainingState } from "./step.ts";

/** A pair with the log-probabilities of its completions under the reference. */
export interface ReferencedPair extends SequencePair {
  /** Of chosen and rejected, in nats. */
  readonly reference: readonly [number, number];
}

/** Pairs that know their reference, and the tensors of it. */
export interface Referenced extends Disposable {
  readonly pairs: { readonly train: ReferencedPair[]; readonly heldOut: ReferencedPair[] };
  readonly tensors: NonNullable<TrainingState["reference"]>;
}

/** What {@linkcode referenceOf} takes. */
interface ReferenceOptions {
  readonly device: Device;
  readonly train: readonly SequencePair[];
  readonly heldOut: readonly SequencePair[];
  readonly microTokens: number;
  readonly signal?: AbortSignal;
  /** What a state brings. */
  readonly stored?: TrainingState["reference"];
}

/**
 * Computes the reference, or takes it from a state.
 *
 * @param options Pairs, and what a state brings.
 * @param logProbs Log-probabilities of pairs under the reference, shape [pairs, 2].
 * @returns The pairs with them; `undefined` if the signal came first. What was computed ends with it.
 * @throws {RangeError} If the state is of other pairs.
 */
export async function referenceOf(
  options: ReferenceOptions,
  logProbs: (pairs: readonly SequencePair[]) => Tensor<"f32">,
): Promise<Referenced | undefined> {
  const { device, train, heldOut, signal, stored } = options;
  if (stored) return await restore(options, stored);
  const groups = microBatches([...train, ...heldOut], pairLength, options.microTokens);
  const passes = await scan(device, groups, (pairs) => [logProbs(pairs)], { signal });
  if (signal?.aborted) return undefined;
  const numbers = Float32Array.from(passes.flatMap(([numbers]) => [...numbers!]));
  using scope = device.scope();
  const cut = 2 * train.length;
  const tensors = {
    train: device.tensor(numbers.subarray(0, cut), [train.length, 2]),
    ...heldOut.length > 0 && { heldOut: device.tensor(numbers.subarray(cut), [heldOut.length, 2]) },
  };
  scope.keep(tensors, null);
  return {
    pairs: { train: withReference(train, numbers), heldOut: withReference(heldOut, numbers.subarray(cut)) },
    tensors,
    [Symbol.dispose]: () => disposeTree(tensors),
  };
}

async function restore({ device, train, heldOut }: ReferenceOptions, tensors: Referenced["tensors"]) {
  const sizes = [tensors.train.size / 2, (tensors.heldOut?.size ?? 0) / 2];
  if (`${sizes}` !== `${[train.length, heldOut.length]}`) {
    throw new RangeError(
      `Expected the ${sizes[0]} pairs to train on and ${sizes[1]} held-out pairs of the state but found ` +
        `${train.length} and ${heldOut.length}: resume with the same data`,
    );
  }
  const [first, second] = await device.read([tensors.train, ...tensors.heldOut ? [tensors.heldOut] : []]);
  return {
    pairs: {
      train: withReference(train, first as Float32Array),
      heldOut: withReference(heldOut, second as Float32Array | undefined ?? new Float32Array()),
    },
    tensors,
    [Symbol.dispose]: () => {}, // they are the caller's
  };
}

function withReference(pairs: readonly SequencePair[], numbers: Float32Array): ReferencedPair[] {
  return pairs.map((pair, i) => ({ ...pair, reference: [numbers[2 * i]!, numbers[2 * i + 1]!] }));
}
