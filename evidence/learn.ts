/** A run of PPO or RLOO: its curve, and what it says in the end. */
import { contrast, withinPromptDeviation } from "@tare/contrastive";
import { gold } from "@tare/data/world";
import { ppo, type PpoConfig } from "@tare/ppo";
import { mean } from "../apps/cli/ppo_episodes.ts";
import type { Arm } from "./arms.ts";
import { copyOf, criticFor } from "./critics.ts";
import { gradients } from "./gradients.ts";
import { baselines, rewardModel, rewardOf, sftModel } from "./models.ts";
import type { Place } from "./place.ts";
import { type Checkpoint, examine, golds, respond } from "./respond.ts";
import { amounts, stages } from "./settings.ts";
import { tableOf } from "./tables.ts";

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
  const { device, tokenizer, prompts, cell: { seed } } = place;
  const [reference, model] = [await sftModel(place), await rewardModel(place)];
  const plain = rewardOf(place, model);
  const offline = await baselines(place, reference, plain, amounts.k);
  const scale = 1 / withinPromptDeviation(offline);
  const own = arm.k === undefined ? offline : await baselines(place, reference, plain, arm.k);
  const table = await tableOf(arm, own, seed);
  const reward = table ? contrast(plain, table, { baseline: arm.baseline }) : plain;
  const policy = copyOf(reference);
  const rloo = arm.config.advantages === "rloo";
  const critic = rloo
    ? undefined
    : await criticFor(place, arm, { policy: reference, reward: model, table: own, scale });
  const { iterations, episodes, maxTokens, microTokens } = amounts;
  const config: Partial<PpoConfig> = {
    ...{ iterations, episodes, maxTokens, microTokens, seed, epochs: 2 },
    ...{ rewardScale: arm.running ? "running" : scale },
    ...arm.config,
  };
  const began = performance.now();
  const first = await examine(place, { step: 0, model: policy, reference, reward: plain });
  const checkpoints: Checkpoint[] = [first.checkpoint];
  const series: Record<string, number[]> = { gold: [] };
  const variances: object[] = [];
  let last = first;
  const models = { policy: { device, model: policy }, reference: { device, model: reference }, critic };
  for await (const { iteration, metrics, episodes } of ppo({ ...models, reward, prompts, tokenizer, config })) {
    series.gold!.push(mean(episodes.map(({ prompt, response }) => gold(prompt, response))));
    for (const [name, metric] of Object.entries(kept)) {
      if (metrics[metric] !== undefined) (series[name] ??= []).push(metrics[metric]);
    }
    if (variance && critic && gradientsAfter.includes(iteration)) {
      const sources = { ...models, critic, plain, offline, scale, contrastive: table !== undefined };
      variances.push({ iteration, ...await gradients(place, sources) });
    }
    if (iteration % amounts.evalEvery > 0 && iteration < iterations) continue;
    last = await examine(place, { step: iteration, model: policy, reference, reward: plain });
    checkpoints.push(last.checkpoint);
  }
  const practised = await respond(place, policy, prompts, stages.practice);
  const drawn = iterations * (config.episodes ?? episodes);
  return {
    settings: { ...arm, config },
    checkpoints,
    series,
    golds: last.golds,
    practice: { raw: Array.from(await plain(practised)), gold: golds(practised) },
    spent: { online: drawn, offline: table || arm.critic === "fitted" ? own.sampling.k * prompts.length : 0 },
    ...variances.length > 0 && { variances },
    seconds: (performance.now() - began) / 1000,
  };
}
