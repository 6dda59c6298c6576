/** What PPO's iterations are measured by beside their rewards: baselines, gold, and answers to held-out prompts. */
import { type Baseline, baselineOf, type BaselineTable } from "@tare/contrastive";
import { gold as worldGold } from "@tare/data/world";
import type { ScoredEpisode } from "@tare/ppo";
import type { Episode } from "@tare/sampler";

/** The truth, where it is known. */
export type Gold = (prompt: string, response: string) => number;

/** Truths by name. */
export const golds: Readonly<Record<"world", Gold>> = { world: worldGold };

/** An episode as `episodes.jsonl` has it. */
export interface EpisodeLine {
  readonly promptId: string;
  readonly prompt: string;
  readonly response: string;
  /** What PPO was told: the reward, or what is left of it above the baseline. */
  readonly score: number;
  /** b(x), whether it was subtracted or not; 0 without baselines. */
  readonly baseline: number;
  /** The reward model's own score. */
  readonly raw: number;
  /** After scale, clip and penalties. */
  readonly reward: number;
  readonly kl: number;
  readonly advantage: number;
  /** Tokens. */
  readonly length: number;
  readonly finish: string;
  readonly gold?: number;
}

/** Baselines of a run, and whether they are subtracted. */
export interface UsedBaselines {
  readonly table: BaselineTable;
  readonly baseline: Baseline;
  readonly subtracted: boolean;
}

/** Lines of an iteration's episodes. */
export async function linesOf(
  episodes: readonly ScoredEpisode[],
  baselines: UsedBaselines | undefined,
  gold: Gold | undefined,
): Promise<EpisodeLine[]> {
  return await Promise.all(episodes.map(async (episode) => {
    const { promptId, prompt, response, score, reward, kl, advantage, tokens, finish } = episode;
    const baseline = baselines ? await baselineOf(baselines.table, episode, baselines.baseline) : 0;
    const raw = baselines?.subtracted ? score + baseline : score;
    return {
      ...{ promptId, prompt, response, score, baseline, raw, reward, kl, advantage, length: tokens.length, finish },
      ...gold && { gold: gold(prompt, response) },
    };
  }));
}

/** What baselines did to an iteration's rewards, whether they were subtracted or not; and its gold. */
export function episodeMetrics(lines: readonly EpisodeLine[], baselines: boolean): Record<string, number> {
  const gold = lines[0]?.gold === undefined ? {} : { "train/gold": mean(lines.map(({ gold }) => gold!)) };
  if (!baselines) return gold;
  const raw = lines.map(({ raw }) => raw);
  const above = lines.map(({ raw, baseline }) => raw - baseline);
  return {
    "contrastive/raw_reward": mean(raw),
    "contrastive/baseline_mean": mean(lines.map(({ baseline }) => baseline)),
    "contrastive/advantage_over_baseline": mean(above),
    "contrastive/frac_above_baseline": above.filter((difference) => difference > 0).length / lines.length,
    "contrastive/variance_ratio": variance(above) / variance(raw),
    ...gold,
  };
}

/** What answers to held-out prompts come to. */
export function evaluationMetrics(
  episodes: readonly Episode[],
  scores: ArrayLike<number>,
  divergences: readonly number[],
  gold: Gold | undefined,
): Record<string, number> {
  return {
    "eval/score": mean(Array.from(scores)),
    "eval/kl": mean(divergences),
    "eval/length": mean(episodes.map(({ tokens }) => tokens.length)),
    "eval/eos_rate": episodes.filter(({ finish }) => finish === "eos").length / episodes.length,
    ...gold && { "eval/gold": mean(episodes.map(({ prompt, response }) => gold(prompt, response))) },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
}
