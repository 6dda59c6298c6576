/** Contrastive rewards against PPO, at equal KL and at equal steps. */
import { type Effect, effectOf, holm, pairsOf, type ReadingName, readings, type Where } from "../analysis/compare.ts";
import { effectText, fixed, markdownTable, mean, pText } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { nameOf, otherWorlds, primaryWorlds, worlds } from "../analysis/worlds.ts";

/** Contrastive less PPO in one condition. */
export function gainOf(runs: readonly Run[], where: Where, reading: ReadingName = "equalKl"): Effect | undefined {
  return effectOf(pairsOf(runs, where, "contrastive", "ppo"), readings[reading]);
}

/** The primary endpoint. */
export function primaryTable(runs: readonly Run[]): string {
  return atEqualKl(runs, primaryWorlds);
}

/** The same at other noises, where there are five seeds. */
export function otherNoisesTable(runs: readonly Run[]): string {
  return atEqualKl(runs, otherWorlds);
}

function atEqualKl(runs: readonly Run[], some: readonly Where[]): string {
  const effects = some.map((where) => gainOf(runs, where));
  const corrected = holm(effects.map((effect) => effect?.p ?? 1));
  const rows = some.map((where, i) => {
    const pairs = pairsOf(runs, where, "contrastive", "ppo");
    const at = (reading: ReadingName, which: 0 | 1) => mean(pairs.map(([a, b]) => readings[reading](a, b)[which]));
    return [
      ...[nameOf(where), `${pairs.length}`, fixed(at("kl", 0), 2), fixed(at("equalKl", 1)), fixed(at("equalKl", 0))],
      ...[effectText(effects[i]), pText(effects[i]?.p), pText(effects[i] && corrected[i])],
    ];
  });
  const head = ["reward model", "seeds", "KL", "PPO", "contrastive", "difference (95 %)", "p", "p, Holm"];
  return markdownTable(head, rows);
}

const secondary: readonly (readonly [ReadingName, string])[] = [
  ["equalSteps", "equal steps"],
  ["onTheWay", "mean on the way"],
  ["best", "best within the smaller last KL"],
];

/** Other ways to read the same curves, corrected for how many there are. */
export function secondaryTable(runs: readonly Run[]): string {
  const effects = worlds.map((where) => secondary.map(([reading]) => gainOf(runs, where, reading)));
  const corrected = holm(effects.flat().map((effect) => effect?.p ?? 1));
  const rows = worlds.map((where, i) => {
    const pairs = pairsOf(runs, where, "contrastive", "ppo");
    const spent = ([0, 1] as const).map((which) =>
      fixed(mean(pairs.map(([a, b]) => readings.spentKl(a, b)[which])), 2)
    );
    return [
      nameOf(where),
      ...effects[i]!.map((effect, j) =>
        effectText(effect) + (effect && corrected[i * secondary.length + j]! < 0.05 ? " *" : "")
      ),
      `${spent[1]} → ${spent[0]}`,
    ];
  });
  return markdownTable(["reward model", ...secondary.map(([, name]) => name), "last KL, PPO → contrastive"], rows);
}
