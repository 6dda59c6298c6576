/** What arms cost. */
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { armOf } from "../analysis/compare.ts";
import { fixed, markdownTable } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";

const arms: readonly (readonly [arm: string, name: string])[] = [
  ["dpo", "DPO"],
  ["rloo", "RLOO"],
  ["ppo", "PPO"],
  ["contrastive", "contrastive"],
  ["ppo-fitted", "PPO, critic fitted to the offline rewards"],
  ["ppo-extra", "PPO, as many samples in all"],
];

/** Responses drawn, calls of the reward model and seconds of a run on one thread: evaluation counts in these, the offline step does not. */
export function spentTable(runs: readonly Run[]): string {
  const rows = arms.map(([arm, name]) => {
    const own = [...armOf(runs, { labels: "pairs", noise: 0.2 }, arm).values()];
    // What measured the variance of gradients took longer.
    const seconds = own.filter(({ variances }) => !variances).map((run) => run.seconds);
    const of = (part: "online" | "offline") => mean(own.map(({ spent }) => spent![part]));
    const [online, offline] = [of("online"), of("offline")];
    return [
      name,
      ...[online, offline, online + offline].map((n) => fixed(n, 0)),
      fixed(mean(seconds), 0),
    ];
  });
  return markdownTable(["arm", "online responses", "offline responses", "reward calls", "seconds"], rows);
}
