/** What critics begin as. */
import { aggregate, type BaselineRow, type BaselineTable, withinPromptDeviation } from "@tare/contrastive";
import type { Model, Placed } from "@tare/core";
import type { RatedSequence, Tokenizer } from "@tare/data";
import { reward as regress, type RewardModel } from "@tare/finetune";
import { criticOf } from "@tare/ppo";
import { mean } from "../../apps/cli/ppo_episodes.ts";
import type { Arm } from "../arms.ts";
import { amounts, training } from "../settings.ts";
import { drain } from "./models.ts";
import type { Place } from "./place.ts";

/** What a critic may begin from. */
export interface CriticSources {
  readonly policy: Model;
  readonly reward: RewardModel;
  /** The offline rewards, before they are scaled. */
  readonly table: BaselineTable;
  /** What rewards are multiplied by. */
  readonly scale: number;
}

/** The critic of an arm, in units of the rewards that it will see. */
export async function criticFor(place: Place, arm: Arm, sources: CriticSources): Promise<Placed> {
  const { device } = place;
  const { policy, reward, table } = sources;
  if (arm.critic === "zero") return criticOf({ device, model: policy });
  const offsets = Array.from(table.rows.values(), (row) => aggregate(row, arm.baseline ?? "mean"));
  const shift = arm.table === "none" ? 0 : mean(offsets);
  const scale = arm.running ? 1 / deviation(arm, table) : sources.scale;
  const critic = criticOf({ device, model: reward }, { shift, scale });
  if (arm.critic === "fitted") await fit(place, critic, sources);
  return critic;
}

/** What a running scale begins with: the deviation of the rewards of fresh responses, less baselines if there are any. */
function deviation(arm: Arm, table: BaselineTable): number {
  if (arm.table !== "none") return withinPromptDeviation(table) * Math.sqrt(1 + 1 / table.sampling.k);
  const rewards = Array.from(table.rows.values(), ({ rewards }) => rewards).flat();
  const center = mean(rewards);
  return Math.sqrt(mean(rewards.map((reward) => (reward - center) ** 2)));
}

/** Fits a critic to the offline rewards, which contrastive rewards would have subtracted. */
async function fit(place: Place, { device, model }: Placed, { table, scale }: CriticSources): Promise<void> {
  const own = { config: model.config, params: model.params, score: model.score! };
  const config = { ...training.reward, epochs: 2, microTokens: amounts.microTokens, seed: place.cell.seed };
  const train = prefixes([...table.rows.values()], place.tokenizer, scale);
  await drain(regress({ device, model: own, train, config }));
}

/**
 * What a critic learns to foresee an offline reward from: each response, cut at a random place, also before its first token or
 * after its last.
 */
export function prefixes(
  rows: readonly Pick<BaselineRow, "prompt" | "responses" | "rewards">[],
  tokenizer: Pick<Tokenizer, "encode" | "encodeCompletion">,
  scale: number,
): RatedSequence[] {
  let draws = 0;
  return rows.flatMap(({ prompt, responses, rewards }) => {
    const begin = tokenizer.encode(prompt!);
    return responses.map((response, i) => {
      const tokens = tokenizer.encodeCompletion(response);
      // The golden ratio's multiples are spread evenly over [0, 1): no generator is needed.
      const cut = Math.floor((++draws * 0.618033988749895 % 1) * (tokens.length + 1));
      return { tokens: Uint32Array.from([...begin, ...tokens.slice(0, cut)]), start: 1, rating: scale * rewards[i]! };
    });
  });
}
