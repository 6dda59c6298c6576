/** Evaluations of a PPO run: an answer to each held-out prompt, by the policy as it is. */
import type { Adapter, Placed } from "@tare/core";
import type { Tokenizer } from "@tare/data";
import type { PpoConfig, PpoState } from "@tare/ppo";
import { type Episode, episodeOf, localSampler, type Prompt, type Reward } from "@tare/sampler";
import { divergences } from "./compare/divergence.ts";
import { type Gold, mean } from "./ppo_episodes.ts";

/** Evaluations share no random numbers with baselines (1) and rollouts (2); `tare eval compare` has the same ones. */
const stage = 4;

/** What {@linkcode evaluator} works with. */
export interface EvaluatorOptions {
  readonly policy: Placed;
  readonly reference: Placed;
  readonly tokenizer: Tokenizer;
  readonly prompts: readonly Prompt[];
  /** The reward model's own scores, without baselines. */
  readonly scores: Reward<Episode>;
  readonly gold?: Gold;
  readonly config: PpoConfig;
  readonly signal: AbortSignal;
}

/** Makes a function of what PPO has learned: numbers of the answers, by name. */
export function evaluator(options: EvaluatorOptions): (state: PpoState) => Promise<Record<string, number>> {
  const { policy: { device, model, adapter }, reference, tokenizer, prompts, scores, gold, config, signal } = options;
  const { seed, maxTokens, temperature, microTokens } = config;
  const places = new Map(prompts.map((prompt, i) => [prompt.id, { prompt, i }]));
  return async ({ policy: { params: trained } }) => {
    const low: Adapter | undefined = trained.adapter && { params: trained.adapter, scale: adapter!.scale };
    const params = trained.params ?? model.params;
    const sampler = localSampler({ device, config: model.config, params, tokenizer, ...low && { adapter: low } });
    const episodes = new Array<Episode>(prompts.length);
    for await (const completion of sampler.sample(prompts, { seed, stage, maxTokens, temperature, signal })) {
      const { prompt, i } = places.get(completion.promptId)!;
      episodes[i] = episodeOf(prompt, completion);
    }
    const kl = await divergences(device, reference.model, episodes, { temperature, microTokens, signal });
    return {
      "eval/score": mean(Array.from(await scores(episodes))),
      "eval/kl": mean(kl),
      "eval/length": mean(episodes.map(({ tokens }) => tokens.length)),
      "eval/eos_rate": mean(episodes.map(({ finish }) => finish === "eos" ? 1 : 0)),
      ...gold && { "eval/gold": mean(episodes.map(({ prompt, response }) => gold(prompt, response))) },
    };
  };
}
