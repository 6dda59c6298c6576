/** Baselines: the offline step, and what an arm subtracts of it. */
import { type BaselineTable, baselineTable, constantTable, shuffleTable } from "@tare/contrastive";
import type { Model } from "@tare/core";
import { type Episode, localSampler, type Reward, sampleBaselines } from "@tare/sampler";
import type { Arm } from "../arms.ts";
import { amounts, stages } from "../settings.ts";
import type { Place } from "./place.ts";
import { storedRows } from "./store.ts";

const { maxTokens } = amounts;

/** k responses of the policy to each prompt that PPO practises on, with their rewards. */
export async function baselines(
  place: Place,
  policy: Model,
  reward: Reward<Episode>,
  k: number,
): Promise<BaselineTable> {
  const { device, tokenizer, prompts, cell: { seed, noise, labels } } = place;
  return await baselineTable(
    await storedRows(`seed-${seed}/baselines-${noise}-${labels}-${k}`, () => {
      const sampler = localSampler({ device, ...policy, tokenizer, id: `sft ${seed}` });
      const draws = { k, maxTokens, seed, stage: stages.baselines, group: 64 };
      return sampleBaselines({ sampler, reward, prompts, ...draws });
    }),
  );
}

/** What an arm subtracts; `undefined` for nothing. */
export async function tableOf(arm: Arm, table: BaselineTable, seed: number): Promise<BaselineTable | undefined> {
  if (arm.table === "none") return undefined;
  if (arm.table === "shuffled") return await shuffleTable(table, seed);
  return arm.table === "constant" ? await constantTable(table) : table;
}
