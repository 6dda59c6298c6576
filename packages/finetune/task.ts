/** A kind of training: one update of it, and one evaluation. */
import { accumulateGrads, type AdamW, type Device, disposeTree, scan, type Tensor, type Trainable } from "@tare/core";
import { microBatches } from "@tare/data";
import type { TrainingConfig } from "./config.ts";
import type { TrainingState } from "./step.ts";

/** A kind of training: what of an example counts, and what is computed of some. */
export interface Task<E> {
  /** The loss of knowing nothing: what is far above it is no bad luck. */
  readonly chance: number;
  /** Tokens of an example in a forward pass. */
  lengthOf(example: E): number;
  /** What an example counts in the mean that the loss is. */
  weightOf(example: E): number;
  /** The mean loss of some examples, and a number or two of each for {@linkcode Task.metrics}. */
  loss(trained: Trainable, examples: readonly E[]): readonly [loss: Tensor, numbers: Tensor<"f32">[]];
  /** Further metrics of an update. */
  metrics(examples: readonly E[], numbers: Float32Array): Record<string, number>;
  /** Further metrics of an evaluation, beside its loss. */
  evaluation(examples: readonly E[], numbers: Float32Array, loss: number): Record<string, number>;
}

/** One update. Nothing is read before all of it is under way, and then everything at once. */
export async function update<E>(
  task: Task<E>,
  examples: readonly E[],
  { params, optimizer: moments }: TrainingState,
  { device, config, optimizer, learningRate }: {
    device: Device;
    config: TrainingConfig;
    optimizer: AdamW;
    learningRate: number;
  },
): Promise<{ loss: number; gradNorm: number; further: Record<string, number> }> {
  using _step = device.scope();
  const groups = microBatches(examples, (example) => task.lengthOf(example), config.microTokens);
  const weights = groups.map((group) => weightOf(task, group));
  const { values, grads, aux } = accumulateGrads<Trainable, readonly E[], Tensor<"f32">[]>(
    (trained, group) => task.loss(trained, group),
    params,
    groups,
    { weights },
  );
  const { gradNorm } = optimizer.update(params, grads, moments, { learningRate });
  disposeTree(grads);
  const [norm, ...rest] = await device.read([gradNorm, ...values, ...aux.flat()]);
  const losses = rest.splice(0, values.length).map(([loss]) => loss!);
  const further = task.metrics(groups.flat(), concat(rest));
  return { loss: weightedMean(losses, weights), gradNorm: norm![0]!, further };
}

/** The mean loss of examples, and what the task makes of them. */
export async function evaluate<E>(
  task: Task<E>,
  examples: readonly E[],
  params: Trainable,
  { device, config: { microTokens } }: { device: Device; config: TrainingConfig },
): Promise<Record<string, number>> {
  const groups = microBatches(examples, (example) => task.lengthOf(example), microTokens);
  const passes = await scan(device, groups, (group) => {
    const [loss, numbers] = task.loss(params, group);
    return [loss as Tensor<"f32">, ...numbers];
  });
  const weights = groups.map((group) => weightOf(task, group));
  const loss = weightedMean(passes.map(([loss]) => loss![0]!), weights);
  const numbers = concat(passes.flatMap(([, ...numbers]) => numbers));
  return { "eval/loss": loss, ...task.evaluation(examples, numbers, loss) };
}

function weightOf<E>(task: Task<E>, examples: readonly E[]): number {
  return examples.reduce((sum, example) => sum + task.weightOf(example), 0);
}

function weightedMean(values: readonly number[], weights: readonly number[]): number {
  const total = weights.reduce((a, b) => a + b, 0);
  return values.reduce((sum, value, i) => sum + value * weights[i]! / total, 0);
}

function concat(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
