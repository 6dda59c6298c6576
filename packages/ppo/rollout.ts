/** Rollouts: what the policy, as it is, responds to an iteration's prompts. */
import type { Tokenizer } from "@tare/data";
import { type Completion, type Episode, episodeOf, localSampler, type Prompt } from "@tare/sampler";
import type { PpoConfig } from "./config.ts";
import { groupBy } from "./group_by.ts";
import { promptsOf } from "./minibatches.ts";
import type { Student } from "./state.ts";

/** Rollouts share no random numbers with baselines (1) and evaluations (4), which have other stages. */
const stage = 2;

/**
 * Makes the rollouts of a run.
 *
 * A prompt's n-th visit draws its responses n · samplesPerPrompt and following, so that no two responses of a run share
 * random numbers.
 *
 * @param policy What responds: as it is whenever an iteration begins.
 * @param prompts All prompts of the run.
 * @param options Settings, and the tokenizer that makes the responses' text.
 * @returns The episodes of an iteration, counted from 0: prompt by prompt in the order of its schedule.
 */
export function rollouts(
  { placed: { device, model, adapter }, learner: { params } }: Student,
  prompts: readonly Prompt[],
  { config, tokenizer }: { config: PpoConfig; tokenizer?: Tokenizer },
): (iteration: number) => Promise<Episode[]> {
  const { seed, samplesPerPrompt: n, maxTokens, temperature } = config;
  const sampler = localSampler({
    ...{ device, config: model.config, params: params.params ?? model.params, tokenizer },
    ...params.adapter && { adapter: { params: params.adapter, scale: adapter!.scale } },
    slots: Math.min(config.episodes, 64),
  });
  const schedule = { seed, count: prompts.length, perIteration: config.episodes / n };
  return async (iteration) => {
    const episodes: Episode[] = [];
    const visits = groupBy(promptsOf(schedule, iteration), ({ visit }) => visit);
    for (const [visit, turns] of visits) { // several where the iteration runs into the next pass over the prompts
      const chosen = turns.map(({ index }) => prompts[index]!);
      const drawn = new Map<string, Completion>();
      const options = { n, draw: visit * n, seed, stage, maxTokens, temperature };
      for await (const completion of sampler.sample(chosen, options)) {
        drawn.set(`${completion.index} ${completion.promptId}`, completion);
      }
      for (const prompt of chosen) {
        for (let i = 0; i < n; i++) episodes.push(episodeOf(prompt, drawn.get(`${i} ${prompt.id}`)!));
      }
    }
    return episodes;
  };
}
