/** A group of prompts: all that is drawn for it is scored at once. */
import { type Episode, episodeOf } from "../episode.ts";
import type { Completion, SampleOptions } from "../sampler.ts";
import { scoresOf } from "../scores.ts";
import type { BaselineOptions, BaselinePrompt } from "./baselines.ts";
import type { BaselineRow, SamplingRecord, ScoredResponse } from "./row.ts";
import { textHash } from "./text_hash.ts";

/** The rows of a group. */
export async function rowsOf(
  prompts: readonly BaselinePrompt[],
  { sampler, reward, greedy = false, template = "", stage = 1, signal }: BaselineOptions,
  sampling: SamplingRecord,
): Promise<BaselineRow[]> {
  const { k, ...settings } = sampling;
  const draw = (more: SampleOptions) =>
    episodesOf(prompts, sampler.sample(prompts, { ...settings, stage, signal, ...more }));
  const drawn = await draw({ n: k });
  const likely = greedy ? await draw({ temperature: 0 }) : undefined;
  const lists = prompts.map((prompt) => ({
    drawn: drawn.get(prompt.id)!,
    greedy: likely?.get(prompt.id)?.[0],
    dataset: prompt.answer && answerOf(prompt, prompt.answer),
  }));
  const episodes = lists.flatMap(({ drawn, greedy, dataset }) => [...drawn, greedy ?? [], dataset ?? []].flat());
  const scores = await scoresOf(reward, episodes);
  const rewards = new Map(episodes.map((episode, i) => [episode, scores[i]!]));
  const scored = (episode: Episode): ScoredResponse => ({ response: episode.response, reward: rewards.get(episode)! });
  return await Promise.all(prompts.map(async ({ id, text }, i): Promise<BaselineRow> => {
    const { drawn, greedy, dataset } = lists[i]!;
    return {
      ...{ promptId: id, promptHash: await textHash(text), prompt: text },
      responses: drawn.map(({ response }) => response),
      rewards: drawn.map((episode) => rewards.get(episode)!),
      ...greedy && { greedy: scored(greedy) },
      ...dataset && { dataset: scored(dataset) },
      ...{ policy: sampler.id, rewardModel: reward.id, template, sampling },
    };
  }));
}

/** Completions as episodes by prompt, in the order of their draws. */
async function episodesOf(
  prompts: readonly BaselinePrompt[],
  completions: AsyncIterable<Completion>,
): Promise<Map<string, Episode[]>> {
  const found = new Map(prompts.map((prompt) => [prompt.id, { prompt, episodes: [] as Episode[] }]));
  for await (const completion of completions) {
    const { prompt, episodes } = found.get(completion.promptId)!;
    episodes[completion.index] = episodeOf(prompt, completion);
  }
  return new Map(Array.from(found, ([id, { episodes }]) => [id, episodes]));
}

/** The data's own response as an episode; how likely it is nobody has asked. */
function answerOf(prompt: BaselinePrompt, answer: NonNullable<BaselinePrompt["answer"]>): Episode {
  const tokens = Uint32Array.from(answer.tokens ?? []);
  return {
    ...{ promptId: prompt.id, prompt: prompt.text, response: answer.text, finish: "eos" },
    ...{ promptTokens: Uint32Array.from(prompt.tokens ?? []), tokens },
    logProbs: new Float32Array(tokens.length).fill(NaN),
  };
}
