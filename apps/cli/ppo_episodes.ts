/** An iteration's episodes as they are kept, and what they come to beside PPO's own numbers: baselines and gold. */
import { aggregate, type Baseline, baselineOf, type BaselineTable } from "@tare/contrastive";
import { gold as worldGold } from "@tare/data/world";
import type { ScoredEpisode } from "@tare/ppo";

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

/** Baselines of a run; with `none` the mean is looked at, and nothing subtracted. */
export interface UsedBaselines {
  readonly table: BaselineTable;
  readonly baseline: Baseline;
}

/** The mean of what is subtracted over all prompts. */
export function meanBaseline({ rows }: BaselineTable, baseline: Baseline): number {
  return mean(Array.from(rows.values(), (row) => aggregate(row, baseline)));
}

/** Lines of an iteration's episodes. */
export async function linesOf(
  episodes: readonly ScoredEpisode[],
  baselines: UsedBaselines | undefined,
  gold: Gold | undefined,
): Promise<EpisodeLine[]> {
  return await Promise.all(episodes.map(async (episode) => {
    const { promptId, prompt, response, score, reward, kl, advantage, tokens, finish } = episode;
    const { table, baseline: kind = "mean" } = baselines ?? {};
    const baseline = table ? await baselineOf(table, episode, kind === "none" ? "mean" : kind) : 0;
    const raw = kind === "none" ? score : score + baseline;
    return {
      ...{ promptId, prompt, response, score, baseline, raw, reward, kl, advantage, length: tokens.length, finish },
      ...gold && { gold: gold(prompt, response) },
    };
  }));
}

/** What baselines did to an iteration's rewards, whether they were subtracted or not; and its gold. */
export function episodeMetrics(lines: readonly EpisodeLine[], baselines: boolean): Record<string, number> {
  const gold: Record<string, number> = lines[0]?.gold === undefined
    ? {}
    : { "train/gold": mean(lines.map(({ gold }) => gold!)) };
  if (!baselines) return gold;
  const raw = lines.map(({ raw }) => raw);
  const above = lines.map(({ raw, baseline }) => raw - baseline);
  return {
    "contrastive/raw_reward": mean(raw),
    "contrastive/baseline_mean": mean(lines.map(({ baseline }) => baseline)),
    "contrastive/advantage_over_baseline": mean(above),
    "contrastive/frac_above_baseline": above.filter((difference) => difference > 0).length / lines.length,
    ...variance(raw) > 0 && { "contrastive/variance_ratio": variance(above) / variance(raw) },
    ...gold,
  };
}

/** The mean of some numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const center = mean(values);
  return mean(values.map((value) => (value - center) ** 2));
}
