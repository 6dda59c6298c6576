/** What arms cost. */
import { armOf } from "../analysis/compare.ts";
import { fixed, markdownTable, mean } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";

const arms: readonly (readonly [arm: string, name: string])[] = [
  ["dpo", "DPO"],
  ["rloo", "RLOO"],
  ["ppo", "PPO"],
  ["contrastive", "contrastive"],
  ["ppo-fitted", "PPO, critic fitted to the offline rewards"],
  ["ppo-extra", "PPO, as many samples in all"],
];

/** Responses drawn, calls of the reward model and seconds of a run on one thread, evaluation left out of the first two. */
export function spentTable(runs: readonly Run[]): string {
  const rows = arms.map(([arm, name]) => {
    const own = [...armOf(runs, { labels: "pairs", noise: 0.2 }, arm).values()];
    const of = (part: "online" | "offline") => mean(own.map(({ spent }) => spent![part]));
    const [online, offline] = [of("online"), of("offline")];
    return [
      name,
      ...[online, offline, online + offline].map((n) => fixed(n, 0)),
      fixed(mean(own.map((run) => run.seconds)), 0),
    ];
  });
  return markdownTable(["arm", "online responses", "offline responses", "reward calls", "seconds"], rows);
}
