/** When to use contrastive rewards: their gain at equal KL against the share of the reward's variance between prompts. */
import { type Content, markup } from "@tare/eval/report";
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { at, type Axes, axesOf, drawAxes } from "../../apps/cli/report/charts/frame.ts";
import { armOf, type Effect, effectOf, pairsOf, type Reading, readings, type Where } from "../analysis/compare.ts";
import { effectText, fixed } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { labelNames, nameOf, worlds } from "../analysis/worlds.ts";
import type { Labels } from "../cell.ts";
import { type Legend, svgOf } from "./svg.ts";

const styles = { pairs: "c1", family: "c3", prompt: "c4", memorised: "c2" } as const;

/** Draws it, and beside it the same at equal steps: a faint dot for each seed; for each condition a dot on its interval. */
export function whenFigure(runs: readonly Run[]): string {
  const [equalKl, equalSteps] = [gains(runs, readings.equalKl), gains(runs, readings.equalSteps)];
  const all = [...equalKl, ...equalSteps];
  const axes = axesOf(
    [],
    all.flatMap(({ seeds, found }) => [...seeds.map(({ gain }) => gain), found.low, found.high]),
    {
      x: [0, 1],
    },
  );
  const words = (cells: readonly Gain[]) =>
    cells.map(({ where, share, found }) => `${nameOf(where)}: share ${fixed(share, 2)}, gain ${effectText(found)}`)
      .join("; ");
  const legend: Legend = Object.entries(styles).map(([labels, style]) => [labelNames[labels as Labels], style]);
  return svgOf(
    "Gain of contrastive rewards by the spread of rewards between prompts",
    `At equal KL: ${words(equalKl)}. At equal steps: ${words(equalSteps)}`,
    [
      { title: "Gain in gold over PPO, equal KL", drawing: dots(equalKl, axes) },
      { title: "Gain in gold over PPO, equal steps", drawing: dots(equalSteps, axes) },
    ],
    legend,
  );
}

/** The gain of a condition, and of each of its seeds. */
interface Gain {
  readonly where: Where;
  readonly found: Effect;
  readonly share: number;
  readonly seeds: readonly { readonly share: number; readonly gain: number }[];
}

function gains(runs: readonly Run[], reading: Reading): Gain[] {
  return worlds.flatMap((where) => {
    const starts = armOf(runs, where, "start");
    const pairs = pairsOf(runs, where, "contrastive", "ppo").filter(([{ seed }]) => starts.has(seed));
    const found = effectOf(pairs, reading);
    if (!found) return [];
    const seeds = pairs.map(([a, b]) => {
      const [x, y] = reading(a, b);
      return { share: starts.get(a.seed)!.share!.value, gain: x - y };
    });
    return [{ where, found, seeds, share: mean(seeds.map(({ share }) => share)) }];
  });
}

function dots(cells: readonly Gain[], axes: Axes): Content {
  const x = (share: number) => at(axes.x(share));
  const y = (gain: number) => at(axes.y(gain));
  return [
    drawAxes(axes, "share of the reward's variance between prompts"),
    cells.map(({ where, seeds }) =>
      markup`<g class="${styles[where.labels]}">${
        seeds.map(({ share, gain }) => markup`<circle class="faint" cx="${x(share)}" cy="${y(gain)}" r="2.5"/>`)
      }</g>`
    ),
    cells.map(({ where, share, found }) =>
      markup`<g class="${styles[where.labels]}"><line class="interval" x1="${x(share)}" x2="${x(share)}" y1="${
        y(found.low)
      }" y2="${y(found.high)}"/><circle cx="${x(share)}" cy="${y(found.mean)}" r="${found.pairs > 5 ? 5 : 3}"/></g>`
    ),
  ];
}
