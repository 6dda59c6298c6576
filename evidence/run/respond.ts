/** What a policy says, and what that is worth. */
import type { Model } from "@tare/core";
import { gold } from "@tare/data/world";
import { type Episode, episodeOf, localSampler, type Reward } from "@tare/sampler";
import { divergences } from "../../apps/cli/compare/divergence.ts";
import { mean } from "../../apps/cli/ppo_episodes.ts";
import type { Place, TextPrompt } from "./place.ts";
import { amounts, stages } from "../settings.ts";

const { maxTokens, microTokens } = amounts;

/** One response to each prompt at temperature 1, in the order of the prompts; equal stages draw with equal numbers. */
export async function respond(
  place: Place,
  model: Model,
  prompts: readonly TextPrompt[],
  stage: number,
): Promise<Episode[]> {
  const { device, tokenizer, cell: { seed } } = place;
  const sampler = localSampler({ device, config: model.config, params: model.params, tokenizer, slots: 64 });
  const byId = new Map(prompts.map((prompt, i) => [prompt.id, { prompt, i }]));
  const episodes = new Array<Episode>(prompts.length);
  for await (const completion of sampler.sample(prompts, { seed, stage, maxTokens, temperature: 1 })) {
    const { prompt, i } = byId.get(completion.promptId)!;
    episodes[i] = episodeOf(prompt, completion);
  }
  return episodes;
}

/** Gold score of each response. */
export function golds(episodes: readonly Episode[]): number[] {
  return episodes.map(({ prompt, response }) => gold(prompt, response));
}

/** A point on a run's curve: means over held-out prompts. */
export interface Checkpoint {
  /** Iterations or updates done. */
  readonly step: number;
  readonly gold: number;
  /** Nats a response from the reference. */
  readonly kl: number;
  readonly score: number;
  readonly length: number;
  /** Share of responses that ended by themselves. */
  readonly ended: number;
}

/** How a policy does on held-out prompts. */
export async function examine(
  place: Place,
  { step, model, reference, reward }: { step: number; model: Model; reference: Model; reward: Reward<Episode> },
): Promise<{ checkpoint: Checkpoint; golds: number[] }> {
  const episodes = await respond(place, model, place.heldOut, stages.evaluation);
  const signal = new AbortController().signal;
  const kl = await divergences(place.device, reference, episodes, { temperature: 1, microTokens, signal });
  const own = golds(episodes);
  return {
    checkpoint: {
      ...{ step, gold: mean(own), kl: mean(kl), score: mean(Array.from(await reward(episodes))) },
      length: mean(episodes.map(({ tokens }) => tokens.length)),
      ended: mean(episodes.map(({ finish }) => finish === "eos" ? 1 : 0)),
    },
    golds: own,
  };
}
