/** Direct preference optimisation. */
import { type Placed, predictions, reshape, scatterRows, sliceColumns, type Tensor, tokenLogProb } from "@tare/core";
import { type Trainable, trainableOf, transformerOf } from "@tare/core";
import type { SequencePair } from "@tare/data";
import { type DpoConfig, dpoDefaults, fillConfig } from "./config.ts";
import { dpoLoss } from "./losses.ts";
import { pairEvaluation, pairMetrics } from "./pair_metrics.ts";
import { pairLength, sidesOf } from "./pairs.ts";
import { type ReferencedPair, referenceOf } from "./referenced_pairs.ts";
import { startOf, type TrainingStep } from "./step.ts";
import type { Task } from "./task.ts";
import { runTask } from "./train.ts";
import { checkExamples, type TrainerOptions } from "./trainer.ts";

/** A policy, pairs, and how it learns from them. */
export type DpoOptions = TrainerOptions<SequencePair, DpoConfig>;

/**
 * Trains a policy on pairs by direct preference optimisation (see {@linkcode dpoLoss}). The reference is the model as it
 * came, its adapter included: its log-probabilities are computed once, before the first update, and are part of the state.
 *
 * @param options Model, pairs, settings. Margins of the pairs do not count.
 * @returns A step after each update.
 * @throws {DivergenceError} If the loss is no number any more, or diverges.
 * @throws {RangeError} If a setting is out of range, or a pair cannot be learned from.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig } from "@tare/core";
 * import { dpo } from "@tare/finetune";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const model = { config, params: initParams(device, config, 1) };
 * const [good, bad] = [[3, 1, 4], [3, 1, 5]].map((ids) => ({ tokens: Uint32Array.from(ids), start: 2 }));
 * const train = [{ chosen: good!, rejected: bad!, margin: 0 }];
 * const margins: number[] = [];
 * for await (const { metrics } of dpo({ device, model, train, config: { steps: 10, learningRate: 0.01 } })) {
 *   margins.push(metrics["rewards/margin"]!);
 * }
 * assert(margins[0] === 0 && margins.at(-1)! > 0.01);
 * ```
 */
export async function* dpo(options: DpoOptions): AsyncGenerator<TrainingStep, void, void> {
  const config = fillConfig(options.config, dpoDefaults);
  if (config.loss === "ipo" && config.labelSmoothing !== 0) {
    throw new RangeError(
      `Expected labelSmoothing of training to be 0 with the loss ipo but found ${config.labelSmoothing}`,
    );
  }
  const { device, train, heldOut = [], state, signal } = options;
  checkExamples(options, sidesOf);
  const task = dpoTask(options, config);
  const start = startOf(trainableOf(options), state);
  const logProbs = completionLogProbs(options, config.recompute);
  using known = await referenceOf(
    { train, heldOut, device, microTokens: config.microTokens, signal, stored: start.reference },
    (pairs) => logProbs(start.params, pairs),
  );
  if (!known) return;
  yield* runTask(task, { ...start, reference: known.tensors }, { ...options, ...known.pairs, config });
}

/** Log-probability of each whole completion, chosen and rejected side by side, shape [pairs, 2]. */
function completionLogProbs(placed: Placed, recompute: boolean) {
  const { device } = placed;
  const transformer = transformerOf(placed, recompute);
  return (trained: Trainable, pairs: readonly SequencePair[]): Tensor<"f32"> => {
    const both = pairs.flatMap(sidesOf);
    const sequences = both.map(({ tokens }) => tokens);
    const { rows, targets } = predictions(device, sequences, both.map(({ start }) => start));
    const hidden = transformer.hidden(trained, sequences, rows);
    const { logProb } = tokenLogProb(transformer.params(trained), hidden, targets);
    const owner = both.flatMap(({ tokens, start }, i) => new Array<number>(tokens.length - start).fill(i));
    const sums = scatterRows(reshape(logProb, [owner.length, 1]), device.tensor(Uint32Array.from(owner)), both.length);
    return reshape(sums, [pairs.length, 2]);
  };
}

function dpoTask(options: DpoOptions, config: DpoConfig): Task<ReferencedPair> {
  const { device } = options;
  const logProbs = completionLogProbs(options, config.recompute);
  /** β (policy − reference) of chosen and rejected, in turn. */
  const rewards = (examples: readonly ReferencedPair[], policy: Float32Array) =>
    policy.map((logProb, i) => config.beta * (logProb - examples[i >> 1]!.reference[i % 2]!));
  return {
    chance: config.loss === "ipo" ? (2 * config.beta) ** -2 : Math.LN2,
    lengthOf: pairLength,
    weightOf: () => 1,
    loss(trained, examples) {
      const policy = logProbs(trained, examples);
      const reference = device.tensor(examples.flatMap(({ reference }) => [...reference]), [examples.length, 2]);
      const side = (both: Tensor, i: number) => sliceColumns(both, i, i + 1);
      const loss = dpoLoss({
        ...{ policyChosen: side(policy, 0), policyRejected: side(policy, 1) },
        ...{ referenceChosen: side(reference, 0), referenceRejected: side(reference, 1) },
      }, config);
      return [loss, [policy]];
    },
    metrics: (examples, policy) => pairMetrics(rewards(examples, policy)),
    evaluation: (examples, policy) => pairEvaluation(rewards(examples, policy)),
  };
}
