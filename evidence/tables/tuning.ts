/** How settings were found: the mean over the tuning seeds of gold at the end. */
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { last } from "../analysis/compare.ts";
import { fixed, markdownTable } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { tuningArms } from "../arms.ts";

/** Every setting that was tried; the best of each arm is marked. */
export function tuningTable(runs: readonly Run[]): string {
  const tried = Object.keys(tuningArms).map((arm) => {
    const own = runs.filter((run) => run.arm === arm && run.seed < 100);
    const golds = [0, 1, 2].map((seed) => own.find((run) => run.seed === seed)).map((run) =>
      run ? last(run).gold : NaN
    );
    const [name, ...settings] = arm.split(",");
    return {
      name: name!,
      settings: settings.join(", "),
      golds,
      mean: mean(golds),
      kl: mean(own.map((run) => last(run).kl)),
    };
  });
  const best = (name: string) => Math.max(...tried.filter((row) => row.name === name).map((row) => row.mean));
  const rows = tried.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : b.mean - a.mean).map((row) => [
    ...[row.name, row.settings, ...row.golds.map((gold) => fixed(gold))],
    ...[fixed(row.mean) + (row.mean === best(row.name) ? " *" : ""), fixed(row.kl, 2)],
  ]);
  return markdownTable(["arm", "settings", "seed 0, pairs", "seed 1, family", "seed 2, memorised", "mean", "KL"], rows);
}
