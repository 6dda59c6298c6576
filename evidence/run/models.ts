/** The models that arms begin from. */
import { copyTree, initParams, initScoreHead, type Model } from "@tare/core";
import { encodeDemonstration, encodePreference, encodeRating, type Skipped } from "@tare/data";
import { modelReward, reward, type RewardModel, sft, type TrainingStep } from "@tare/finetune";
import type { Episode, Reward } from "@tare/sampler";
import { trainedOn } from "../cell.ts";
import { amounts, training } from "../settings.ts";
import type { Place } from "./place.ts";
import { stored } from "./store.ts";

const { context, microTokens } = amounts;

/** The policy that training begins from; it depends on the seed alone. */
export function sftModel({ device, tokenizer, config, world, cell: { seed } }: Place): Promise<Model> {
  return stored(device, `seed-${seed}/sft`, async () => {
    const model = { config, params: initParams(device, config, seed) };
    const rows = world.demonstrations(amounts.demonstrations);
    const train = sequences(rows, (row) => encodeDemonstration(tokenizer, row, { context }));
    await drain(sft({ device, model, train, config: { ...training.sft, microTokens, seed } }));
    return model;
  });
}

/** The reward model of a noise and a kind of labels. */
export async function rewardModel(place: Place): Promise<RewardModel> {
  const { device, tokenizer, world, cell: { seed, noise, labels } } = place;
  const model = await stored(
    device,
    `seed-${seed}/reward-${noise}-${trainedOn(labels)}`,
    async () => {
      const { config, params } = await sftModel(place);
      const model = { config, params: copyTree(params), score: initScoreHead(device, config, seed) };
      const settings = { ...training.reward, microTokens, seed };
      const train = labels === "pairs"
        ? sequences(world.preferences(amounts.pairs), (row) => encodePreference(tokenizer, row, { context }))
        : undefined;
      await drain(
        train ? reward({ device, model, train, config: settings }) : reward({
          ...{ device, model, config: settings },
          train: sequences(world.ratings(amounts.pairs), (row) => encodeRating(tokenizer, row, { context })),
        }),
      );
      return model;
    },
  );
  return { ...model, score: model.score! };
}

/** The reward model as a reward; one that has memorised knows the severity of each of the prompts that PPO practises on. */
export function rewardOf({ device, cell, world, prompts }: Place, model: RewardModel): Reward<Episode> {
  const reward = modelReward({ device, model, id: `${cell.seed} ${cell.noise} ${cell.labels}`, microTokens });
  if (cell.labels !== "memorised") return reward;
  const severity = new Map(prompts.map(({ id, text }) => [id, world.severity(text)]));
  const remembering = async (episodes: readonly Episode[]) => {
    const scores = await reward(episodes);
    return scores.map((score, i) => score - (severity.get(episodes[i]!.promptId) ?? 0));
  };
  return Object.assign(remembering, { id: reward.id });
}

/** A copy of a model that training may change. */
export function copyOf({ config, params }: Model): Model {
  return { config, params: copyTree(params) };
}

/** Examples as ids; in the world all of them fit. */
export function sequences<R, S extends object>(rows: readonly R[], encode: (row: R) => S): Exclude<S, Skipped>[] {
  return rows.map((row) => {
    const sequence = encode(row);
    if (!("skip" in sequence)) return sequence as Exclude<S, Skipped>;
    throw new RangeError(`Expected every example of the world to fit but one was: ${sequence.skip}`);
  });
}

/** Runs a training to its end. */
export async function drain(steps: AsyncIterable<TrainingStep>): Promise<void> {
  for await (const _ of steps);
}
