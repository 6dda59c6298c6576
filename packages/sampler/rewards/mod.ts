/**
 * Rewards from servers: vLLM's classification, and OpenRLHF's protocol for remote reward models.
 *
 * @module
 */
export { classifyReward } from "./classify.ts";
export { openrlhfReward } from "./openrlhf.ts";
export type { RemoteRewardOptions } from "./remote.ts";
