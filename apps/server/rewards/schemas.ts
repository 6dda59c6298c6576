/** What contrastive rewards look like on the wire of `/v1/rewards`. */
import { z } from "@hono/zod-openapi";
import type { RewardParts } from "./contrastive_rewards.ts";

/** What is asked. */
export interface RewardsRequest {
  /** What to score. */
  readonly rows: readonly { readonly prompt: string; readonly response: string }[];
}

/** Its schema. */
export const rewardsRequest: z.ZodType<RewardsRequest> = z.strictObject({
  rows: z.array(z.strictObject({
    prompt: z.string().openapi({ description: "The rendered prompt" }),
    response: z.string().openapi({ description: "What the policy said" }),
  })),
}).openapi("RewardsRequest");

/** What is answered. */
export interface RewardsAnswer {
  /** For each row, in their order. */
  readonly rewards: readonly RewardParts[];
  /** What scored. */
  readonly reward: string;
  /** Id of the table of baselines; `null` without one. */
  readonly baselines: string | null;
}

/** Its schema. */
export const rewardsAnswer: z.ZodType<RewardsAnswer> = z.strictObject({
  rewards: z.array(
    z.strictObject({
      raw: z.number().openapi({ description: "What the reward model says" }),
      baseline: z.number().nullable().openapi({
        description: "What is subtracted; null where there is none and the reward stays raw",
      }),
      contrastive: z.number().openapi({ description: "The difference" }),
    }).openapi("Reward"),
  ).openapi({ description: "For each row, in their order" }),
  reward: z.string().openapi({ description: "Id of the reward model" }),
  baselines: z.string().nullable().openapi({ description: "Id of the table of baselines; null without one" }),
}).openapi("RewardsAnswer");
