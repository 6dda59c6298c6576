/** All cells, in the order in which they run. */
import { ablationArms, controlArms, heldArms, mainArms, tuningArms, unclippedArms, zeroArms } from "./arms.ts";
import type { Cell, Labels } from "./cell.ts";

/** Settings are found on these seeds, each with other labels, and nothing of them is reported. */
const tuningSeeds: readonly (readonly [number, Labels])[] = [[0, "pairs"], [1, "family"], [2, "memorised"]];

/** Cells that settings were found with. */
export const tuningGrid: readonly Cell[] = tuningSeeds.flatMap(([seed, labels]) =>
  ["start", ...Object.keys(tuningArms)].map((arm) => ({ seed, noise: 0.2, labels, arm }))
);

/** Whether the variance of gradients is measured: both arms of five seeds at the middle noise. */
export function measuresVariance({ seed, noise, arm }: Cell): boolean {
  return seed >= 100 && seed <= 104 && noise === 0.2 && (arm === "ppo" || arm === "contrastive");
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const [five, ten] = [range(100, 104), range(100, 109)];

/** What is compared everywhere. DPO learns from pairs, so one run stands for all kinds of labels. */
function mainCells(seeds: readonly number[], noise: number, labels: readonly Labels[]): Cell[] {
  return seeds.flatMap((seed) =>
    labels.flatMap((labels) =>
      ["start", ...Object.keys(mainArms), ...labels === "pairs" ? ["dpo"] : []]
        .map((arm) => ({ seed, noise, labels, arm }))
    )
  );
}

const extraCells = (arms: object, seeds: readonly number[], kinds: readonly Labels[]): Cell[] =>
  seeds.flatMap((seed) =>
    kinds.flatMap((labels) => Object.keys(arms).map((arm) => ({ seed, noise: 0.2, labels, arm })))
  );

function omit(arms: Readonly<Record<string, unknown>>, name: string): object {
  const { [name]: _, ...others } = arms;
  return others;
}

const learned: readonly Labels[] = ["pairs", "family", "prompt"];

/** Cells that are reported: what matters most comes first. */
export const reportedGrid: readonly Cell[] = [
  ...mainCells(ten, 0.2, [...learned, "memorised"]),
  ...mainCells(five, 0, learned),
  ...mainCells(five, 0.4, learned),
  ...extraCells(heldArms, ten, ["memorised"]),
  ...extraCells(heldArms, five, ["pairs", "family"]),
  ...extraCells(controlArms, five, ["memorised", "pairs", "family"]),
  ...extraCells(unclippedArms, ten, ["memorised"]),
  ...extraCells(ablationArms, range(100, 102), ["pairs"]),
  ...extraCells(omit(ablationArms, "ppo-unclipped"), range(100, 102), ["memorised"]),
  ...extraCells(zeroArms, range(100, 102), ["family"]),
];

/** Every cell. */
export const grid: readonly Cell[] = [...tuningGrid, ...reportedGrid];
