/** OpenRLHF's protocol of remote reward models: what is asked, and what is answered. */
import { z } from "@hono/zod-openapi";
import type { Missing } from "../options.ts";
import type { RewardParts } from "./contrastive_rewards.ts";
import type { Query } from "./query.ts";
import { listOf, type Texts, texts } from "./texts.ts";

/** What is asked. */
export interface GetReward {
  /** Prompts and responses, special tokens included. */
  readonly query: Texts;
  /** The prompts, in the same order; older trainers do not send them. */
  readonly prompts?: Texts | null;
  /** Labels of the data; they are not looked at. */
  readonly labels?: unknown;
}

/** Its schema. More may be there: trainers differ. */
export const getReward: z.ZodType<GetReward> = z.looseObject({
  query: texts,
  prompts: texts.nullish(),
  labels: z.unknown().optional().openapi({ description: "As many as queries, where it is a list; not looked at" }),
}).openapi("GetReward");

/** What is answered: numbers in the order of the queries. */
export interface GotReward {
  /** Contrastive rewards. */
  readonly rewards: readonly number[];
  /** The same: what prompts are filtered by. */
  readonly scores: readonly number[];
  /** What is logged beside them. */
  readonly extra_logs: {
    /** What the reward model says. */
    readonly raw_reward: readonly number[];
    /** What was subtracted; absent where a prompt may lack a baseline: the trainer logs numbers alone, the same of every answer. */
    readonly baseline?: readonly number[];
  };
}

const numbers = z.array(z.number());

/** Its schema. */
export const gotReward: z.ZodType<GotReward> = z.strictObject({
  rewards: numbers.openapi({ description: "Contrastive rewards, in the order of the queries" }),
  scores: numbers.openapi({ description: "The same: what prompts are filtered by" }),
  extra_logs: z.strictObject({
    raw_reward: numbers.openapi({ description: "What the reward model says" }),
    baseline: numbers.optional().openapi({
      description: "What was subtracted; left out of all answers where prompts without a baseline have raw rewards",
    }),
  }),
}).openapi("GotReward");

/**
 * Reads a request.
 *
 * @throws {RangeError} If lists are not of one length.
 */
export function queriesOf({ query, prompts, labels }: GetReward): readonly Query[] {
  const queries = listOf(query);
  const prompted = prompts === undefined || prompts === null ? undefined : listOf(prompts);
  for (const [name, list] of Object.entries({ prompts: prompted, labels })) {
    if (!Array.isArray(list) || list.length === queries.length) continue;
    throw new RangeError(
      `Expected as many ${name} as queries, ${queries.length}, but found ${list.length}: send one for each, or leave them out`,
    );
  }
  return queries.map((query, i) => prompted ? { query, prompt: prompted[i]! } : { query });
}

/**
 * Writes the answer. Whether baselines are in it does not depend on the queries: who joins single answers into a batch, as
 * OpenRLHF does, takes the names from the first and looks for each in all others.
 */
export function gotRewardOf(parts: readonly RewardParts[], missing: Missing): GotReward {
  const rewards = parts.map(({ contrastive }) => contrastive);
  return {
    ...{ rewards, scores: rewards },
    extra_logs: {
      raw_reward: parts.map(({ raw }) => raw),
      ...missing !== "raw" && { baseline: parts.map(({ baseline }) => baseline!) }, // none is missing
    },
  };
}
