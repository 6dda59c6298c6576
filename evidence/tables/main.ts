/** Gold of all arms after equal steps, and what the reward model is like. */
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { armOf, last } from "../analysis/compare.ts";
import { fixed, markdownTable } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { nameOf, worlds } from "../analysis/worlds.ts";

/** Held-out gold of every arm at its end. */
export function mainTable(runs: readonly Run[]): string {
  const rows = worlds.flatMap((where) => {
    const of = (arm: string) => [...armOf(runs, where, arm).values()];
    const start = of("start");
    if (start.length === 0) return [];
    const gold = (arm: string) => fixed(mean(of(arm).map((run) => last(run).gold)));
    return [[
      ...[nameOf(where), `${start.length}`, fixed(mean(start.map((run) => last(run).gold)))],
      ...[fixed(mean(start.map(({ best }) => mean(best!)))), ...["dpo", "rloo", "ppo", "contrastive"].map(gold)],
    ]];
  });
  return markdownTable(["reward model", "seeds", "SFT", "best of 5", "DPO", "RLOO", "PPO", "contrastive"], rows);
}

/** What decides the result: how far rewards spread between prompts, and how much of it the critic explains. */
export function worldTable(runs: readonly Run[]): string {
  const rows = worlds.flatMap((where) => {
    const of = (arm: string) => [...armOf(runs, where, arm).values()];
    const start = of("start");
    if (start.length === 0) return [];
    const share = start.map((run) => run.share!.value);
    const explained = (arm: string) =>
      fixed(mean(of(arm).map((run) => mean(run.series!.explainedVariance!.slice(-10)))), 2);
    return [[
      ...[nameOf(where), fixed(mean(start.map((run) => run.accuracy!)), 2), fixed(mean(share), 2)],
      ...[
        `${fixed(Math.min(...share), 2)} to ${fixed(Math.max(...share), 2)}`,
        explained("ppo"),
        explained("contrastive"),
      ],
    ]];
  });
  const head = ["reward model", "accuracy", "between-prompt share", "over seeds", "critic, PPO", "critic, contrastive"];
  return markdownTable(head, rows);
}
