/** The loop that all trainers share: order, update, evaluation, one step after the other. */
import { type AdamW, adamw, type AdamWState, type Device, disposeTree, linearWarmup, macrotask } from "@tare/core";
import { type Schedule, type Trainable, warmupCosine, warmupLinear } from "@tare/core";
import type { TrainingConfig } from "./config.ts";
import { exampleOrder } from "./order.ts";
import type { Start, TrainingState, TrainingStep } from "./step.ts";
import { evaluate, type Task, update } from "./task.ts";
import { watchLoss } from "./watch.ts";

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
      const losses = watchLoss(state.losses, { step, loss, gradNorm, learningRate, chance: task.chance });
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
