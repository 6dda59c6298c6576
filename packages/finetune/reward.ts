/** Reward models: a score at the last token, learned from pairs or from ratings. */
import { reshape, sliceColumns, trainableOf } from "@tare/core";
import type { RatedSequence, SequencePair } from "@tare/data";
import { fillConfig, type RewardConfig, rewardDefaults } from "./config.ts";
import { correlation } from "./evaluate.ts";
import { preferenceLoss, ratingLoss } from "./losses.ts";
import { pairEvaluation, pairMetrics } from "./pair_metrics.ts";
import { pairLength, sidesOf } from "./pairs.ts";
import { type RewardModel, scorer } from "./score.ts";
import { startOf, type TrainingStep } from "./step.ts";
import type { Task } from "./task.ts";
import { runTask } from "./train.ts";
import { checkExamples, type TrainerOptions } from "./trainer.ts";

/** A reward model, and what it learns from: pairs, or sequences with ratings. */
export type RewardOptions =
  | TrainerOptions<SequencePair, RewardConfig, RewardModel>
  | TrainerOptions<RatedSequence, RewardConfig, RewardModel>;

/**
 * Trains a reward model: from pairs by the Bradley–Terry likelihood (see {@linkcode preferenceLoss}), from ratings by the
 * squared error.
 *
 * @param options Model, examples, settings.
 * @returns A step after each update.
 * @throws {DivergenceError} If the loss is no number any more, or diverges.
 * @throws {RangeError} If a setting is out of range, or an example cannot be learned from.
 *
 * @example Usage
 * ```ts
 * import { initParams, initScoreHead, openDevice, parseConfig } from "@tare/core";
 * import { reward } from "@tare/finetune";
 * import { assert } from "@std/assert";
 *
 * using device = await openDevice({ device: "cpu", threads: 1 });
 * using scope = device.scope();
 * const config = parseConfig({ model_type: "gpt2", n_embd: 8, n_head: 2, n_layer: 1, vocab_size: 9, n_positions: 16 });
 * const model = { config, params: initParams(device, config, 1), score: initScoreHead(device, config, 2) };
 * const [good, bad] = [[3, 1, 4], [3, 1, 5]].map((ids) => ({ tokens: Uint32Array.from(ids), start: 2 }));
 * const train = [{ chosen: good!, rejected: bad!, margin: 0 }];
 * const margins: number[] = [];
 * for await (const { metrics } of reward({ device, model, train, config: { steps: 10, learningRate: 0.01 } })) {
 *   margins.push(metrics["rewards/margin"]!);
 * }
 * assert(margins.at(-1)! > 0.5);
 * ```
 */
export async function* reward(options: RewardOptions): AsyncGenerator<TrainingStep, void, void> {
  const config = fillConfig(options.config, rewardDefaults);
  const start = startOf({ ...trainableOf(options), score: options.model.score }, options.state);
  if (fromPairs(options)) {
    checkExamples(options, sidesOf);
    checkFinite(options, "margin");
    return yield* runTask(pairTask(options, config), start, { ...options, config });
  }
  const rated = options as TrainerOptions<RatedSequence, RewardConfig, RewardModel>;
  checkExamples(rated, (sequence) => [sequence]);
  checkFinite(rated, "rating");
  if (config.centring !== 0) {
    throw new RangeError(`Expected no centring with ratings, which say where zero is, but found ${config.centring}`);
  }
  yield* runTask(ratingTask(rated, config), start, { ...rated, config });
}

function fromPairs(options: RewardOptions): options is TrainerOptions<SequencePair, RewardConfig, RewardModel> {
  return options.train.length > 0 && "chosen" in options.train[0]!;
}

/** Refuses margins or ratings that are no number: the loss would be none, and look like one that diverged. */
function checkFinite<K extends string>(
  { train, heldOut = [] }: Pick<TrainerOptions<Readonly<Record<K, number>>>, "train" | "heldOut">,
  key: K,
): void {
  for (const [name, examples] of [["train", train], ["heldOut", heldOut]] as const) {
    const bad = examples.findIndex((example) => !Number.isFinite(example[key]));
    if (bad < 0) continue;
    throw new RangeError(`Expected ${name}[${bad}] to have a finite ${key} but found ${examples[bad]![key]}`);
  }
}

function pairTask(options: RewardOptions, config: RewardConfig): Task<SequencePair> {
  const scores = scorer(options, config.recompute);
  const { device } = options;
  return {
    chance: Math.LN2,
    lengthOf: pairLength,
    weightOf: () => 1,
    loss(trained, examples) {
      const rewards = reshape(scores(trained, examples.flatMap(sidesOf)), [examples.length, 2]);
      const margin = device.tensor(examples.map(({ margin }) => margin), [examples.length, 1]);
      const [chosen, rejected] = [sliceColumns(rewards, 0, 1), sliceColumns(rewards, 1, 2)];
      return [preferenceLoss(chosen, rejected, { margin, centring: config.centring }), [rewards]];
    },
    metrics: (_examples, rewards) => pairMetrics(rewards),
    evaluation: (_examples, rewards) => pairEvaluation(rewards),
  };
}

function ratingTask(
  options: TrainerOptions<RatedSequence, RewardConfig, RewardModel>,
  config: RewardConfig,
): Task<RatedSequence> {
  const scores = scorer(options, config.recompute);
  const { device, train } = options;
  return {
    chance: train.reduce((sum, { rating }) => sum + rating ** 2 / train.length, 0), // of a reward of 0 for all
    lengthOf: ({ tokens }) => tokens.length,
    weightOf: () => 1,
    loss(trained, examples) {
      const rewards = scores(trained, examples);
      return [ratingLoss(rewards, device.tensor(examples.map(({ rating }) => rating))), [rewards]];
    },
    metrics: (_examples, rewards) => ({ "rewards/mean": rewards.reduce((a, b) => a + b, 0) / rewards.length }),
    evaluation: (examples, rewards) => ({
      "eval/correlation": correlation(rewards, examples.map(({ rating }) => rating)),
    }),
  };
}
