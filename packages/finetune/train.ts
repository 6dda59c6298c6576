/** The loop that all trainers share: order, micro-batches, gradient, update, evaluation, one step after the other. */
import {
  accumulateGrads,
  type AdamW,
  adamw,
  type AdamWState,
  type Device,
  disposeTree,
  linearWarmup,
  type Schedule,
  type Tensor,
  warmupCosine,
  warmupLinear,
} from "@tare/core";
import { packByTokens } from "@tare/data";
import type { TrainingConfig } from "./config.ts";
import { macrotask } from "./macrotask.ts";
import { exampleOrder } from "./order.ts";
import { scan } from "./scan.ts";
import type { Trainable } from "./trainable.ts";
import { type LossMemory, watchLoss } from "./watch.ts";

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

/** A kind of training: what of an example counts, and what is computed of some. */
export interface Task<E> {
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

/** What {@linkcode runTask} runs on. */
export interface RunOptions<E> {
  /** Where everything is. */
  readonly device: Device;
  /** What to learn from. */
  readonly train: readonly E[];
  /** What to evaluate on. */
  readonly heldOut?: readonly E[];
  /** Every setting. */
  readonly config: TrainingConfig;
  /** Ends the run after a step. */
  readonly signal?: AbortSignal;
}

/** Where a run begins. */
export type Start = Pick<TrainingState, "params"> & Partial<TrainingState>;

/** Trains. */
export async function* runTask<E>(
  task: Task<E>,
  start: Start,
  options: RunOptions<E>,
): AsyncGenerator<TrainingStep, void, void> {
  const { device, train, heldOut = [], config, signal } = options;
  const batch = Math.min(config.batch, train.length);
  const steps = config.steps ?? Math.ceil(config.epochs * train.length / batch);
  const evalEvery = config.evalEvery ?? Math.ceil(steps / 10);
  const examplesOf = exampleOrder({ seed: config.seed, count: train.length, batch });
  const learningRateOf = schedule(config, steps);
  const optimizer = adamw({ maxNorm: config.maxNorm, weightDecay: config.weightDecay });
  const moments = start.optimizer ?? makeMoments(device, optimizer, start.params);
  let state: TrainingState = { step: 0, best: null, losses: null, ...start, optimizer: moments };
  try {
    while (state.step < steps && !signal?.aborted) {
      const began = performance.now();
      const step = state.step + 1;
      const learningRate = learningRateOf(state.step);
      const examples = examplesOf(state.step).map((i) => train[i]!);
      const { loss, gradNorm, further } = await update(task, examples, state, {
        device,
        config,
        optimizer,
        learningRate,
      });
      if (!Number.isFinite(gradNorm)) moments.step--; // nothing was updated
      const losses = watchLoss(state.losses, { step, loss, gradNorm, learningRate });
      const tokens = examples.reduce((sum, example) => sum + task.lengthOf(example), 0);
      const rate = 1000 * tokens / (performance.now() - began);
      const due = heldOut.length > 0 && (step % evalEvery === 0 || step === steps);
      const evaluation = due ? await evaluate(task, heldOut, state.params, { device, config }) : undefined;
      const best = evaluation !== undefined && evaluation["eval/loss"]! < (state.best?.loss ?? Infinity);
      state = { ...state, step, losses, ...best && { best: { step, loss: evaluation["eval/loss"]! } } };
      await macrotask();
      yield {
        ...{ step, steps, epoch: step * batch / train.length },
        metrics: {
          ...{ loss, grad_norm: gradNorm, learning_rate: learningRate, tokens },
          ...{ "perf/tokens_per_second": rate, ...further },
        },
        ...evaluation && { evaluation },
        ...{ best, state },
      };
    }
  } finally {
    if (!start.optimizer) disposeTree({ m: moments.m, v: moments.v });
  }
}

function schedule({ learningRate: peak, warmup, decay, floor }: TrainingConfig, total: number): Schedule {
  const rise = Math.ceil(warmup * total);
  if (decay === "constant") return (step) => peak * linearWarmup(rise)(step);
  return (decay === "cosine" ? warmupCosine : warmupLinear)({ peak, warmup: rise, total, floor: floor * peak });
}

/** Means of zeros, which belong to no scope: the run ends them. */
function makeMoments(device: Device, optimizer: AdamW, params: Trainable): AdamWState<Trainable> {
  using scope = device.scope();
  const state = optimizer.init(params);
  scope.keep({ m: state.m, v: state.v }, null);
  return state;
}

/** One update. Nothing is read before all of it is under way, and then everything at once. */
async function update<E>(
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
  const groups = packByTokens(examples.map((example) => task.lengthOf(example)), config.microTokens)
    .map((group) => group.map((i) => examples[i]!));
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
async function evaluate<E>(
  task: Task<E>,
  examples: readonly E[],
  params: Trainable,
  { device, config: { microTokens } }: { device: Device; config: TrainingConfig },
): Promise<Record<string, number>> {
  const lengthOf = (example: E) => task.lengthOf(example);
  const passes = await scan(examples, { device, lengthOf, microTokens }, (group) => {
    const [loss, numbers] = task.loss(params, group);
    return [loss as Tensor<"f32">, ...numbers];
  });
  const weights = passes.map(({ examples }) => weightOf(task, examples));
  const loss = weightedMean(passes.map(({ numbers }) => numbers[0]![0]!), weights);
  const numbers = concat(passes.flatMap(({ numbers }) => numbers.slice(1)));
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
