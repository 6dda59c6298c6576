/** Sizes and settings of the experiment. Those of training were found on seeds 0 to 2, before any reported seed ran. */

import type { SizeName } from "../apps/cli/shapes.ts";

/** How much of everything. */
export const amounts = {
  demonstrations: 4000,
  pairs: 4000,
  prompts: 512,
  heldOut: 256,
  k: 5,
  context: 96,
  maxTokens: 64,
  microTokens: 4096,
  iterations: 40,
  episodes: 64,
  evalEvery: 5,
} as const;

/** The transformer, of which policy, reward model and critic are copies. */
export const size: SizeName = "d64";

/** Fine-tuning and reward models: the same for all arms. */
export const training = {
  sft: { epochs: 4, batch: 16, learningRate: 3e-3, weightDecay: 0.1 },
  reward: { epochs: 1, batch: 16, learningRate: 1e-3 },
} as const;

/** What random numbers are for: rollouts are stage 2. */
export const stages = { baselines: 1, evaluation: 4, bestOf: 5, practice: 6 } as const;
