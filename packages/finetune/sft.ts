/** Supervised fine-tuning. */
import { predictions, tokenLogProb, trainableOf, transformerOf } from "@tare/core";
import type { Sequence } from "@tare/data";
import { fillConfig, sftDefaults, type TrainingConfig } from "./config.ts";
import { sftLoss } from "./losses.ts";
import { startOf, type TrainingStep } from "./step.ts";
import type { Task } from "./task.ts";
import { runTask } from "./train.ts";
import { checkExamples, type TrainerOptions } from "./trainer.ts";

/** A language model, sequences, and how it learns from them. */
export type SftOptions = TrainerOptions<Sequence>;

/**
 * Trains a language model on completions: the loss is the mean over the tokens from `start` on of all examples of an
 * update, however these are cut into micro-batches.
 *
 * @param options Model, examples, settings.
 * @returns A step after each update.
 * @throws {DivergenceError} If the loss is no number any more, or diverges.
 * @throws {RangeError} If a setting is out of range, or an example cannot be learned from.
 *
 * @example Usage
 * ```ts
 * import { initParams, openDevice, parseConfig } from "@tare/core";
 * import { sft } from "@tare/finetune";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const model = { config, params: initParams(device, config, 1) };
 * const train = [{ tokens: Uint32Array.of(3, 1, 4, 1, 5), start: 2 }];
 * const losses: number[] = [];
 * for await (const { metrics } of sft({ device, model, train, config: { steps: 10, learningRate: 0.01 } })) {
 *   losses.push(metrics.loss!);
 * }
 * assert(losses.at(-1)! < losses[0]!);
 * ```
 */
export async function* sft(options: SftOptions): AsyncGenerator<TrainingStep, void, void> {
  const config = fillConfig(options.config, sftDefaults);
  checkExamples(options, (sequence) => [sequence]);
  const start = startOf(trainableOf(options), options.state);
  yield* runTask(sftTask(options, config), start, { ...options, config });
}

/** Supervised fine-tuning as a task. */
function sftTask(options: SftOptions, { recompute }: TrainingConfig): Task<Sequence> {
  const { device, model } = options;
  const transformer = transformerOf(options, recompute);
  return {
    chance: Math.log(model.config.vocabulary),
    lengthOf: ({ tokens }) => tokens.length,
    weightOf: ({ tokens, start }) => tokens.length - start,
    loss(trained, examples) {
      const sequences = examples.map(({ tokens }) => tokens);
      const { rows, targets } = predictions(device, sequences, examples.map(({ start }) => start));
      const hidden = transformer.hidden(trained, sequences, rows);
      return [sftLoss(tokenLogProb(transformer.params(trained), hidden, targets).logProb), []];
    },
    metrics: () => ({}),
    evaluation: (_examples, _numbers, loss) => ({ "eval/perplexity": Math.exp(loss) }),
  };
}
