/** A run of PPO or RLOO: its curve, and what it says in the end. */
import { contrast, withinPromptDeviation } from "@tare/contrastive";
import { gold } from "@tare/data/world";
import { ppo, type PpoConfig } from "@tare/ppo";
import { mean } from "../../apps/cli/ppo_episodes.ts";
import type { Arm } from "../arms.ts";
import { amounts, stages } from "../settings.ts";
import { baselines, tableOf } from "./baselines.ts";
import { criticFor } from "./critics.ts";
import { gradients } from "./gradients.ts";
import { copyOf, rewardModel, rewardOf, sftModel } from "./models.ts";
import type { Place } from "./place.ts";
import { type Checkpoint, examine, golds, respond } from "./respond.ts";

/** Numbers of each iteration that are kept, and their names. */
const kept: Readonly<Record<string, string>> = {
  explainedVariance: "val/explained_variance",
  kl: "objective/kl",
  score: "objective/scores",
  entropy: "objective/entropy",
};

/** Iterations after which the variance of the gradient is measured. */
const gradientsAfter = [5, 20, 40];

/** Runs an arm. */
export async function learn(place: Place, arm: Arm, { variance }: { variance: boolean }): Promise<object> {
  const { tokenizer, prompts } = place;
  const { evalEvery, iterations } = amounts;
  const { models, plain, reward, config, offline, spent, scale } = await setUp(place, arm);
  const [policy, reference] = [models.policy.model, models.reference.model];
  const began = performance.now();
  let last = await examine(place, { step: 0, model: policy, reference, reward: plain });
  const checkpoints: Checkpoint[] = [last.checkpoint];
  const series: Record<string, number[]> = { gold: [] };
  const variances: object[] = [];
  for await (const { iteration, metrics, episodes } of ppo({ ...models, reward, prompts, tokenizer, config })) {
    series.gold!.push(mean(episodes.map(({ prompt, response }) => gold(prompt, response))));
    for (const [name, metric] of Object.entries(kept)) {
      if (metrics[metric] !== undefined) (series[name] ??= []).push(metrics[metric]);
    }
    if (variance && gradientsAfter.includes(iteration)) {
      const sources = { ...models, critic: models.critic!, plain, offline, scale, contrastive: reward !== plain };
      variances.push({ iteration, ...await gradients(place, sources) });
    }
    if (iteration % evalEvery > 0 && iteration < iterations) continue;
    last = await examine(place, { step: iteration, model: policy, reference, reward: plain });
    checkpoints.push(last.checkpoint);
  }
  const practised = await respond(place, policy, prompts, stages.practice);
  return {
    ...{ settings: { ...arm, config }, checkpoints, series, golds: last.golds },
    practice: { raw: Array.from(await plain(practised)), gold: golds(practised) },
    spent,
    ...variances.length > 0 && { variances },
    seconds: (performance.now() - began) / 1000,
  };
}

/** Models, reward and settings of an arm, and what its offline step costs. */
async function setUp(place: Place, arm: Arm) {
  const { device, prompts, cell: { seed } } = place;
  const [sft, model] = [await sftModel(place), await rewardModel(place)];
  const plain = rewardOf(place, model);
  const offline = await baselines(place, sft, plain, amounts.k);
  const own = arm.k === undefined ? offline : await baselines(place, sft, plain, arm.k);
  const table = await tableOf(arm, own, seed);
  const scale = 1 / withinPromptDeviation(offline);
  const hasCritic = arm.config.advantages !== "rloo";
  const critic = hasCritic ? await criticFor(place, arm, { policy: sft, reward: model, table: own, scale }) : undefined;
  const { iterations, episodes, maxTokens, microTokens } = amounts;
  const config: Partial<PpoConfig> = {
    ...{ iterations, episodes, maxTokens, microTokens, seed, epochs: 2 },
    ...{ rewardScale: arm.running ? "running" : scale },
    ...arm.config,
  };
  return {
    models: { policy: { device, model: copyOf(sft) }, reference: { device, model: sft }, critic },
    ...{ plain, reward: table ? contrast(plain, table, { baseline: arm.baseline }) : plain, config, offline, scale },
    spent: {
      online: iterations * config.episodes!,
      offline: table || arm.critic === "fitted" ? own.sampling.k * prompts.length : 0,
    },
  };
}
