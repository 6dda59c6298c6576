/** Contrastive rewards against what needs neither a critic nor an offline step. */
import { effectOf, pairsOf, readings } from "../analysis/compare.ts";
import { effectText, markdownTable } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { labelNames, primaryWorlds } from "../analysis/worlds.ts";

/** Contrastive less RLOO and less DPO, at noise 0.2. */
export function othersTable(runs: readonly Run[]): string {
  const rows = primaryWorlds.map((where) => [
    labelNames[where.labels],
    ...["rloo", "dpo"].flatMap((arm) => {
      const pairs = pairsOf(runs, where, "contrastive", arm);
      return [readings.equalSteps, readings.equalKl].map((reading) => effectText(effectOf(pairs, reading)));
    }),
  ]);
  const head = ["less RLOO, at the end", "at equal KL", "less DPO, at the end", "at equal KL"];
  return markdownTable(["reward model", ...head], rows);
}
