/** Claim 3: contrastive rewards encourage improvement over the baseline. */
import { promptMeans } from "./by_prompt.ts";
import { type Estimate, meanEstimate, type Measured, unmeasurable } from "./estimate.ts";

/** A response's reward and its prompt's baseline, as a line of `episodes.jsonl` has them. */
export interface RewardedEpisode {
  /** Names the prompt. */
  readonly promptId: string;
  /** What the reward model says of the response. */
  readonly raw: number;
  /** b(x). */
  readonly baseline: number;
}

/** How responses compare with what the policy that training began from says. */
export interface Improvement {
  /** Share of the responses whose reward is above b(x). */
  readonly share: Estimate;
  /** Reward less b(x). */
  readonly size: Estimate;
  /** Prompts it was measured on. */
  readonly prompts: number;
}

/**
 * Measures how often, and by how much, responses score above their prompt's baseline. Each prompt counts once, however many
 * responses it has. Before training the size is 0, but for chance; the share is about a half where rewards are symmetric.
 * Where the share is the same for all prompts, its interval allows for prompts of the opposite kind that were not met: of n
 * prompts as large a share as Wilson's interval of 0 in n has.
 *
 * @param episodes Responses of one policy.
 * @returns Share and size, with t intervals over prompts; not measurable with fewer than 2 of them.
 *
 * @example Usage
 * ```ts
 * import { improvement } from "@tare/contrastive";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const found = improvement([
 *   { promptId: "tea", raw: 3, baseline: 1 },
 *   { promptId: "milk", raw: 2, baseline: 1 },
 *   { promptId: "water", raw: 0, baseline: 3 },
 *   { promptId: "cocoa", raw: 4, baseline: 0 },
 * ]);
 * assert(found.measurable);
 * assertEquals([found.share.value, found.size.value], [0.75, 1]);
 * ```
 */
export function improvement(episodes: readonly RewardedEpisode[]): Measured<Improvement> {
  const above = [...promptMeans(episodes, ({ raw, baseline }) => Number(raw > baseline)).values()];
  const sizes = [...promptMeans(episodes, ({ raw, baseline }) => raw - baseline).values()];
  if (sizes.length < 2) return unmeasurable(`responses to ${sizes.length} prompts give no interval: take 2 or more`);
  return {
    measurable: true,
    share: shareEstimate(above),
    size: meanEstimate(sizes),
    prompts: sizes.length,
  };
}

/** A mean of shares: its interval has some width, and stays between 0 and 1. */
function shareEstimate(shares: readonly number[]): Estimate {
  const { value, low, high } = meanEstimate(shares);
  if (low < high) return { value, low: Math.max(0, low), high: Math.min(1, high) };
  const unseen = 1.96 ** 2 / (shares.length + 1.96 ** 2);
  return { value, low: value - unseen * value, high: value + unseen * (1 - value) };
}
