/** Contrastive rewards against PPO, at equal KL and at equal steps. */
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { type Effect, effectOf, holm, pairsOf, type ReadingName, readings, type Where } from "../analysis/compare.ts";
import { effectText, fixed, markdownTable, pText } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { nameOf, otherWorlds, primaryWorlds, worlds } from "../analysis/worlds.ts";

/** Contrastive less PPO in one condition. */
export function gainOf(runs: readonly Run[], where: Where, reading: ReadingName = "equalKl"): Effect | undefined {
  return effectOf(pairsOf(runs, where, "contrastive", "ppo"), readings[reading]);
}

/** The primary endpoint, corrected for the four conditions that it is read in. */
export function primaryTable(runs: readonly Run[]): string {
  const corrected = holm(primaryWorlds.map((where) => gainOf(runs, where)?.p ?? 1));
  return atEqualKl(runs, primaryWorlds, (i) => corrected[i]!);
}

/** The same at other noises, where there are five seeds; corrected with all secondary endpoints. */
export function otherNoisesTable(runs: readonly Run[]): string {
  const corrected = correctedSecondary(runs);
  return atEqualKl(runs, otherWorlds, (i) => corrected[i]!);
}

function atEqualKl(runs: readonly Run[], some: readonly Where[], corrected: (i: number) => number): string {
  const rows = some.flatMap((where, i) => {
    const pairs = pairsOf(runs, where, "contrastive", "ppo");
    const found = gainOf(runs, where);
    if (!found) return [];
    const at = (reading: ReadingName, which: 0 | 1) => mean(pairs.map(([a, b]) => readings[reading](a, b)[which]));
    return [[
      ...[nameOf(where), `${pairs.length}`, fixed(at("kl", 0), 2)],
      ...[
        `${fixed(at("equalKl", 1))} (${fixed(at("steps", 1), 0)})`,
        `${fixed(at("equalKl", 0))} (${fixed(at("steps", 0), 0)})`,
      ],
      ...[effectText(found), pText(found.p), pText(corrected(i))],
    ]];
  });
  const head = [
    "reward model",
    "seeds",
    "KL",
    "PPO (iteration)",
    "contrastive (iteration)",
    "difference (95 %)",
    "p",
    "p, Holm",
  ];
  return markdownTable(head, rows);
}

const secondary: readonly (readonly [ReadingName, string])[] = [
  ["equalSteps", "equal steps"],
  ["onTheWay", "mean on the way"],
  ["best", "best within the smaller last KL"],
];

/** Corrected p-values of all secondary endpoints: equal KL at other noises, then each other reading in each condition. */
function correctedSecondary(runs: readonly Run[]): number[] {
  const effects = [
    ...otherWorlds.map((where) => gainOf(runs, where)),
    ...worlds.flatMap((where) => secondary.map(([reading]) => gainOf(runs, where, reading))),
  ];
  return holm(effects.map((effect) => effect?.p ?? 1));
}

/** Other ways to read the same curves; a star where the corrected p is below 0.05. */
export function secondaryTable(runs: readonly Run[]): string {
  const corrected = correctedSecondary(runs).slice(otherWorlds.length);
  const rows = worlds.flatMap((where, i) => {
    const pairs = pairsOf(runs, where, "contrastive", "ppo");
    const effects = secondary.map(([reading]) => gainOf(runs, where, reading));
    if (pairs.length < 2) return [];
    const spent = ([1, 0] as const).map((which) =>
      fixed(mean(pairs.map(([a, b]) => readings.spentKl(a, b)[which])), 2)
    );
    const star = (j: number) => corrected[i * secondary.length + j]! < 0.05 ? " *" : "";
    return [[nameOf(where), ...effects.map((effect, j) => effectText(effect) + star(j)), spent.join(" → ")]];
  });
  return markdownTable(["reward model", ...secondary.map(([, name]) => name), "last KL, PPO → contrastive"], rows);
}
