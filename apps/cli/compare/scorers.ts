/** What scores responses: the truth, a judge, a reward model. */
import type { Device } from "@tare/core";
import { gold, readPrompt, worldVersion } from "@tare/data/world";
import type { Episode } from "@tare/sampler";
import type { Context } from "../command.ts";
import { UsageError } from "../flags.ts";
import { within } from "../model.ts";
import type { PromptToAnswer } from "../prompts.ts";
import { type OpenedReward, openReward, type RewardValues } from "../reward_model.ts";
import type { Policy } from "./policies.ts";
import type { Scorer } from "./table.ts";

/** Flags that say what scores. */
export interface ScorerValues extends RewardValues {
  readonly gold?: "world";
  readonly judge?: string;
}

/** A reward, or what has more digits than one. */
export interface ScoreFunction {
  /** What it was made from. */
  readonly id: string;
  /** Scores. @returns A number for each episode, in order. */
  (episodes: readonly Episode[]): Promise<Iterable<number>>;
}

/** What scores. */
export interface Scorers {
  /** Functions of episodes, those that were asked for. */
  readonly rewards: Readonly<Partial<Record<Scorer, ScoreFunction>>>;
  /** Most tokens of prompt and response together, by what the user calls the models. */
  readonly positions: Readonly<Record<string, number>>;
}

/** What is compared, and by whom. */
interface CompareValues extends ScorerValues {
  readonly policies: readonly string[];
  readonly gpt: readonly string[];
  readonly "best-of"?: number;
}

/**
 * Refuses a comparison in which nothing compares, or nothing is compared.
 *
 * @throws {UsageError} If that is so.
 */
export function checkScored({ gold, judge, reward, gpt, policies, "best-of": n }: CompareValues): void {
  if (gpt.length > 0 && policies.length === 1 && n === undefined) {
    throw new UsageError(
      "Expected two policies or more beside --gpt but found one: judges say which response is better",
    );
  }
  if ((gold ?? judge ?? reward) !== undefined || gpt.length > 0) return;
  throw new UsageError("Expected --gold world, --judge, --reward or --gpt: nothing else says which response is better");
}

/**
 * Opens what scores; weights belong to the current scope.
 *
 * @throws {UsageError} If the judge is the reward model.
 */
export async function openScorers(
  values: ScorerValues,
  device: Device | undefined,
  policies: readonly Policy[],
  context: Context,
): Promise<Scorers> {
  const [first, ...others] = policies.map((policy) => policy.kind === "checkpoint" ? policy.ids : undefined);
  const ids = others.every((other) => other === first) ? first : undefined; // else texts are encoded anew
  const open = async (name?: string): Promise<OpenedReward | undefined> =>
    name === undefined ? undefined : await openReward({ ...values, reward: name }, device!, ids, context);
  const [reward, judge] = [await open(values.reward), await open(values.judge)];
  if (judge && judge.reward.id === reward?.reward.id) {
    throw new UsageError("Expected --judge to be another model than --reward: it would judge what it rewarded");
  }
  return {
    rewards: {
      ...values.gold && { gold: goldReward },
      ...judge && { judge: judge.reward },
      ...reward && { reward: reward.reward },
    },
    positions: {
      ...judge && { [values.judge!]: judge.positions },
      ...reward && { [values.reward!]: reward.positions },
    },
  };
}

/** The gold score of the preference world. */
const goldReward: ScoreFunction = Object.assign(
  (episodes: readonly Episode[]) => Promise.resolve(episodes.map(({ prompt, response }) => gold(prompt, response))),
  { id: `world ${worldVersion}` },
);

/**
 * Refuses prompts whose truth nobody knows.
 *
 * @throws {SyntaxError} If one is no prompt of the world.
 */
export async function checkGold(
  { gold }: ScorerValues,
  file: string,
  prompts: readonly PromptToAnswer[],
): Promise<void> {
  if (gold) await within(file, () => Promise.resolve(prompts.forEach(({ text }) => readPrompt(text))));
}
