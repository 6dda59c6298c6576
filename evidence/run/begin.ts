/** What all arms of a world begin from: SFT, the reward model, its baselines; and the best of 5 by that reward model. */
import { betweenPromptShare, withinPromptDeviation } from "@tare/contrastive";
import type { Model } from "@tare/core";
import { encodePreference } from "@tare/data";
import { gold } from "@tare/data/world";
import { pairAccuracy, rewardScores } from "@tare/finetune";
import { type Episode, episodeOf, localSampler } from "@tare/sampler";
import { amounts, stages } from "../settings.ts";
import { baselines } from "./baselines.ts";
import { rewardModel, rewardOf, sequences, sftModel } from "./models.ts";
import type { Place } from "./place.ts";
import { examine } from "./respond.ts";

const { k, maxTokens, context } = amounts;

/** Measures it. */
export async function begin(place: Place): Promise<object> {
  const { device, tokenizer, world, prompts } = place;
  const began = performance.now();
  const policy = await sftModel(place);
  const model = await rewardModel(place);
  const reward = rewardOf(place, model);
  const table = await baselines(place, policy, reward, k);
  const share = betweenPromptShare(table);
  const sft = await examine(place, { step: 0, model: policy, reference: policy, reward });
  const heldOut = sequences(
    world.preferences(amounts.heldOut, "held-out"),
    (row) => encodePreference(tokenizer, row, { context }),
  );
  const scores = (side: "chosen" | "rejected") => rewardScores(device, model, heldOut.map((pair) => pair[side]));
  const rows = [...table.rows.values()];
  return {
    accuracy: pairAccuracy(await scores("chosen"), await scores("rejected")).accuracy,
    share: share.measurable ? share.share : share,
    within: withinPromptDeviation(table),
    checkpoints: [sft.checkpoint],
    golds: sft.golds,
    best: await bestOf(place, policy, reward),
    offline: {
      rewards: rows.map(({ rewards }) => rewards),
      golds: rows.map(({ responses, prompt }) => responses.map((response) => gold(prompt!, response))),
      flipRates: prompts.map(({ text }) => world.flipRate(text)),
    },
    seconds: (performance.now() - began) / 1000,
  };
}

/** Gold of the response that the reward model likes best, of k to each held-out prompt. */
async function bestOf(
  { device, tokenizer, heldOut, cell: { seed } }: Place,
  policy: Model,
  reward: (episodes: readonly Episode[]) => Promise<Float32Array>,
): Promise<number[]> {
  const sampler = localSampler({ device, ...policy, tokenizer });
  const byId = new Map(heldOut.map((prompt) => [prompt.id, { prompt, episodes: [] as Episode[] }]));
  for await (
    const completion of sampler.sample(heldOut, { n: k, seed, stage: stages.bestOf, maxTokens, temperature: 1 })
  ) {
    const entry = byId.get(completion.promptId)!;
    entry.episodes[completion.index] = episodeOf(entry.prompt, completion);
  }
  const all = [...byId.values()];
  const scores = await reward(all.flatMap(({ episodes }) => episodes));
  return all.map(({ episodes }, i) => {
    const own = scores.subarray(i * k, (i + 1) * k);
    const { prompt, response } = episodes[own.indexOf(Math.max(...own))]!;
    return gold(prompt, response);
  });
}
