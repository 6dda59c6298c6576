/** What critics begin as. */
import { aggregate, type BaselineTable, withinPromptDeviation } from "@tare/contrastive";
import { copyTree, type Model, type Placed } from "@tare/core";
import { reward as regress, type RewardModel } from "@tare/finetune";
import { criticOf } from "@tare/ppo";
import { mean } from "../../apps/cli/ppo_episodes.ts";
import type { Arm } from "../arms.ts";
import { drain } from "./models.ts";
import type { Place } from "./place.ts";
import { amounts, training } from "../settings.ts";

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

/**
 * Fits a critic to the offline rewards, which contrastive rewards would have subtracted: each offline response is cut at a
 * random place, also before its first token, and the critic learns to foresee its reward from there.
 */
async function fit(place: Place, { device, model }: Placed, { table, scale }: CriticSources): Promise<void> {
  const { tokenizer, cell: { seed } } = place;
  let draws = 0;
  const train = Array.from(table.rows.values(), (row) => {
    const prompt = tokenizer.encode(row.prompt!);
    return row.responses.map((response, i) => {
      const tokens = tokenizer.encodeCompletion(response);
      // The golden ratio's multiples are spread evenly over [0, 1): no generator is needed.
      const cut = Math.floor((++draws * 0.618033988749895 % 1) * (tokens.length + 1));
      const all = Uint32Array.from([...prompt, ...tokens.slice(0, cut)]);
      return { tokens: all, start: prompt.length, rating: scale * row.rewards[i]! };
    });
  }).flat();
  const own = { config: model.config, params: model.params, score: model.score! };
  const config = { ...training.reward, epochs: 2, microTokens: amounts.microTokens, seed };
  await drain(regress({ device, model: own, train, config }));
}

/** A copy of a model that training may change. */
export function copyOf({ config, params }: Model): Model {
  return { config, params: copyTree(params) };
}
