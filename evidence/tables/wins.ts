/** Who wins, by the gold judge, prompt by prompt. */
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { verdictOf } from "@tare/eval";
import { goldTie } from "@tare/data/world";
import { effect, pairsOf } from "../analysis/compare.ts";
import { fixed, markdownTable } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { nameOf, worlds } from "../analysis/worlds.ts";

const matches: readonly (readonly [a: string, b: string])[] = [
  ...(["contrastive", "ppo", "dpo"] as const).map((arm) => [arm, "start"] as const),
  ["contrastive", "ppo"],
];

/** Win, tie and lose of the last policies in per cent; the rate's interval is over seeds. */
export function winTable(runs: readonly Run[]): string {
  const some = worlds.filter((where) => pairsOf(runs, where, "contrastive", "ppo").length > 1);
  const rows = some.map((where) => [
    nameOf(where),
    ...matches.map(([a, b]) => {
      const seeds = pairsOf(runs, where, a, b).map(([a, b]) => shares(a.golds, b.golds));
      if (seeds.length < 2) return "";
      const rate = effect(seeds.map(([win, tie]) => [100 * (win + tie / 2), 0]))!;
      const parts = [0, 1, 2].map((i) => fixed(100 * mean(seeds.map((share) => share[i]!)), 0));
      return `${parts.join("/")} (${fixed(rate.low, 0)}–${fixed(rate.high, 0)} %)`;
    }),
  ]);
  const head = ["contrastive, SFT", "PPO, SFT", "DPO, SFT", "contrastive, PPO"];
  return markdownTable(["reward model", ...head], rows);
}

function shares(a: readonly number[], b: readonly number[]): [win: number, tie: number, lose: number] {
  const count = { a: 0, tie: 0, b: 0, invalid: 0 };
  a.forEach((gold, i) => count[verdictOf(gold, b[i]!, goldTie).winner]++);
  return [count.a / a.length, count.tie / a.length, count.b / a.length];
}
