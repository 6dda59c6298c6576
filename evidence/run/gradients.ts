/** Claim 5's quantity: how much the policy's gradient varies, on one batch of the policy as it is. */
import { baselineOf, type BaselineTable } from "@tare/contrastive";
import type { Placed } from "@tare/core";
import { gae, gradientDistances, ppoDefaults, tokenRewards } from "@tare/ppo";
import type { Episode, Reward } from "@tare/sampler";
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { valuesOf } from "../../packages/ppo/responses.ts";
import type { Place } from "./place.ts";
import { respond } from "./respond.ts";
import { amounts, stages } from "../settings.ts";

/** A policy and its critic in the middle of a run. */
interface Sources {
  readonly policy: Placed;
  readonly critic: Placed;
  readonly plain: Reward<Episode>;
  readonly offline: BaselineTable;
  readonly scale: number;
  /** Whether the critic learned from r − b. */
  readonly contrastive: boolean;
}

/**
 * Distances of the gradients of 16 parts of 512 episodes from their mean, before advantages are divided by their deviation.
 * For PPO, without a critic: the advantage of every token is the episode's r, or its r − b, on the same samples, as they are and
 * less their mean, which whitening takes away from both. For either arm with its own critic, on its own samples.
 */
export async function gradients(place: Place, sources: Sources): Promise<Record<string, number[]>> {
  const { policy, critic, plain, offline, scale, contrastive } = sources;
  const { microTokens } = amounts;
  const episodes = await respond(place, policy.model, place.prompts, stages.practice);
  const raw = Array.from(await plain(episodes), (reward) => scale * reward);
  const offsets = await Promise.all(episodes.map(async (episode) => scale * await baselineOf(offline, episode)));
  const above = raw.map((reward, i) => reward - offsets[i]!);
  const { model } = critic;
  const values = await valuesOf(critic, { params: model.params, score: model.score! }, episodes, { microTokens });
  const learned = contrastive ? above : raw;
  const withCritic = episodes.map(({ tokens }, i) => {
    const rewards = tokenRewards(learned[i]!, new Float32Array(tokens.length), 0);
    return gae(rewards, values[i]!, ppoDefaults).advantages;
  });
  const measure = (advantages: readonly Float32Array[]) =>
    gradientDistances(policy, episodes, advantages, { microTokens });
  const flat = (rewards: readonly number[]) =>
    measure(episodes.map(({ tokens }, i) => new Float32Array(tokens.length).fill(rewards[i]!)));
  return {
    withCritic: await measure(withCritic),
    ...!contrastive && {
      plain: await flat(raw),
      contrastive: await flat(above),
      plainCentred: await flat(centred(raw)),
      contrastiveCentred: await flat(centred(above)),
    },
  };
}

function centred(rewards: readonly number[]): number[] {
  const center = mean(rewards);
  return rewards.map((reward) => reward - center);
}
