/** What else could explain a gain, and what the method's own choices do: each against PPO at equal KL. */
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { ablationArms, controlArms } from "../arms.ts";
import { armOf, effectOf, last, pairsOf, readings, type Where } from "../analysis/compare.ts";
import { effectText, fixed, markdownTable } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { labelNames } from "../analysis/worlds.ts";
import type { Labels } from "../cell.ts";

const names: Readonly<Record<string, string>> = {
  "ppo": "PPO",
  "contrastive": "contrastive, as it is",
  "contrastive-shuffled": "baselines of other prompts",
  "contrastive-constant": "one baseline for all prompts",
  "ppo-fitted": "PPO, critic fitted to the offline rewards",
  "ppo-extra": "PPO, as many samples in all",
  "contrastive-k1": "k = 1",
  "contrastive-k3": "k = 3",
  "contrastive-k10": "k = 10",
  "contrastive-median": "median for mean",
  "contrastive-max": "largest for mean",
  "ppo-zero": "PPO, zero critic",
  "contrastive-zero": "contrastive, zero critic, less that",
  "ppo-running": "PPO, running scale",
  "ppo-unclipped": "PPO, values not clipped",
  "contrastive-running": "contrastive, running scale, less that",
};

/** What an arm is compared with: PPO, or PPO with the same change. */
const opponents: Readonly<Record<string, string>> = {
  "contrastive-zero": "ppo-zero",
  "contrastive-running": "ppo-running",
};

/** Kinds of labels that these arms ran with, at noise 0.2. */
const kinds: readonly Labels[] = ["pairs", "family", "memorised"];

/** Controls: what contrastive rewards have that they have not, at the end and at equal KL. */
export function controlTable(all: readonly Run[]): string {
  const runs = all.filter(({ seed }) => seed <= 104);
  const rows = ["ppo", ...Object.keys(controlArms)].map((arm) => [
    names[arm]!,
    ...kinds.flatMap((labels) => {
      const pairs = pairsOf(runs, { labels, noise: 0.2 }, "contrastive", arm);
      return [readings.equalSteps, readings.equalKl].map((reading) => effectText(effectOf(pairs, reading)));
    }),
  ]);
  return markdownTable(["contrastive less", ...kinds.flatMap((labels) => [labelNames[labels], "at equal KL"])], rows);
}

/** Ablations: gold at the end, and at equal KL less PPO or less PPO with the same change. */
export function ablationTable(all: readonly Run[]): string {
  const runs = all.filter(({ seed }) => seed <= 102);
  const rows = ["ppo", "contrastive", ...Object.keys(ablationArms)].map((arm) => [
    names[arm]!,
    ...kinds.flatMap((labels) => {
      const where: Where = { labels, noise: 0.2 };
      const gold = fixed(mean([...armOf(runs, where, arm).values()].map((run) => last(run).gold)));
      const pairs = arm === "ppo" ? [] : pairsOf(runs, where, arm, opponents[arm] ?? "ppo");
      return [gold, effectText(effectOf(pairs, readings.equalKl))];
    }),
  ]);
  return markdownTable(["arm", ...kinds.flatMap((labels) => [labelNames[labels], "less PPO"])], rows);
}

/** PPO and contrastive rewards, each with a β that follows one KL. */
export function heldTable(runs: readonly Run[]): string {
  return both(runs, "held");
}

/** PPO and contrastive rewards, neither with clipped values. */
export function unclippedTable(runs: readonly Run[]): string {
  return both(runs, "unclipped");
}

function both(runs: readonly Run[], kind: string): string {
  const rows = kinds.flatMap((labels) => {
    const pairs = pairsOf(runs, { labels, noise: 0.2 }, `contrastive-${kind}`, `ppo-${kind}`);
    if (pairs.length < 2) return [];
    const of = (name: "gold" | "kl") => ([1, 0] as const).map((i) => mean(pairs.map((pair) => last(pair[i])[name])));
    const [gold, kl] = [of("gold"), of("kl")];
    const effects = (["equalSteps", "equalKl"] as const).map((name) => effectText(effectOf(pairs, readings[name])));
    return [[
      labelNames[labels],
      `${pairs.length}`,
      ...kl.map((x) => fixed(x, 2)),
      ...gold.map((x) => fixed(x)),
      ...effects,
    ]];
  });
  const head = ["last KL, PPO", "contrastive", "gold, PPO", "contrastive", "equal steps", "equal KL"];
  return markdownTable(["reward model", "seeds", ...head], rows);
}
