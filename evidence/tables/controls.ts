/** What else could explain a gain, and what the method's own choices do: each against PPO at equal KL. */
import { ablationArms, controlArms } from "../arms.ts";
import { armOf, effectOf, last, pairsOf, readings, type Where } from "../analysis/compare.ts";
import { effectText, fixed, markdownTable, mean } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { labelNames } from "../analysis/worlds.ts";
import type { Labels } from "../cell.ts";

const names: Readonly<Record<string, string>> = {
  "contrastive": "contrastive, as it is",
  "contrastive-shuffled": "baselines of other prompts",
  "contrastive-constant": "one baseline for all prompts",
  "ppo-fitted": "PPO, critic fitted to the offline rewards",
  "ppo-extra": "PPO, as many samples in all",
  "ppo-held": "PPO held to one KL",
  "contrastive-held": "contrastive held to one KL",
  "contrastive-k1": "k = 1",
  "contrastive-k3": "k = 3",
  "contrastive-k10": "k = 10",
  "contrastive-median": "median for mean",
  "contrastive-max": "largest for mean",
  "ppo-zero": "PPO, the other critic",
  "contrastive-zero": "contrastive, the other critic",
  "ppo-running": "PPO, running scale",
  "contrastive-running": "contrastive, running scale",
};

/** Controls; `held` runs are compared with each other. */
export function controlTable(runs: readonly Run[]): string {
  const arms = ["contrastive", ...Object.keys(controlArms).filter((arm) => !arm.endsWith("held"))];
  return against(runs, arms, ["pairs", "family", "memorised"], [100, 104]);
}

/** Ablations. */
export function ablationTable(runs: readonly Run[]): string {
  return against(runs, ["contrastive", ...Object.keys(ablationArms)], ["pairs", "memorised"], [100, 102]);
}

/** PPO and contrastive rewards, each with a β that follows one KL. */
export function heldTable(runs: readonly Run[]): string {
  const rows = (["pairs", "family", "memorised"] as const).map((labels) => {
    const pairs = pairsOf(runs, { labels, noise: 0.2 }, "contrastive-held", "ppo-held");
    const kl = ([1, 0] as const).map((i) => fixed(mean(pairs.map((pair) => last(pair[i]).kl)), 2));
    return [
      labelNames[labels],
      `${pairs.length}`,
      kl.join(" → "),
      ...(["equalKl", "equalSteps"] as const).map(
        (reading) => effectText(effectOf(pairs, readings[reading])),
      ),
    ];
  });
  return markdownTable(["reward model", "seeds", "last KL, PPO → contrastive", "equal KL", "equal steps"], rows);
}

function against(
  all: readonly Run[],
  arms: readonly string[],
  kinds: readonly Labels[],
  [from, to]: readonly [number, number],
): string {
  const runs = all.filter(({ seed }) => seed >= from && seed <= to);
  const rows = arms.map((arm) => [
    names[arm]!,
    ...kinds.flatMap((labels) => {
      const where: Where = { labels, noise: 0.2 };
      const gold = fixed(mean([...armOf(runs, where, arm).values()].map((run) => last(run).gold)));
      return [gold, effectText(effectOf(pairsOf(runs, where, arm, "ppo"), readings.equalKl))];
    }),
  ]);
  const head = kinds.flatMap((labels) => [labelNames[labels], "less PPO at equal KL"]);
  return markdownTable(["arm", ...head], rows);
}
