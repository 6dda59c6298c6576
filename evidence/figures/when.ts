/** When to use contrastive rewards: their gain at equal KL against the share of the reward's variance between prompts. */
import { at, axesOf, drawAxes } from "../../apps/cli/report/charts/frame.ts";
import { markup } from "../../apps/cli/report/markup.ts";
import { armOf, effect, pairsOf, readings } from "../analysis/compare.ts";
import { fixed, mean, signed } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { labelNames, nameOf, worlds } from "../analysis/worlds.ts";
import { type Legend, svgOf } from "./svg.ts";

const styles = { pairs: "c1", family: "c3", prompt: "c4", memorised: "c2" } as const;

/** Draws it: a faint dot for each seed, a dot on its interval for each condition. */
export function whenFigure(runs: readonly Run[]): string {
  const cells = worlds.flatMap((where) => {
    const starts = armOf(runs, where, "start");
    const pairs = pairsOf(runs, where, "contrastive", "ppo").filter(([{ seed }]) => starts.has(seed));
    const numbers = pairs.map(([a, b]) => readings.equalKl(a, b));
    const found = effect(numbers);
    if (!found) return [];
    const seeds = pairs.map(([{ seed }], i) => ({
      share: starts.get(seed)!.share!.value,
      gain: numbers[i]![0] - numbers[i]![1],
    }));
    return [{ where, found, seeds, share: mean(seeds.map(({ share }) => share)) }];
  });
  const axes = axesOf(
    [],
    cells.flatMap(({ seeds, found }) => [...seeds.map(({ gain }) => gain), found.low, found.high]),
    {
      x: [0, 1],
    },
  );
  const x = (share: number) => at(axes.x(share));
  const y = (gain: number) => at(axes.y(gain));
  const drawing = [
    drawAxes(axes, "share of the reward's variance between prompts"),
    cells.map(({ where, seeds }) =>
      markup`<g class="${styles[where.labels]}">${
        seeds.map(({ share, gain }) => markup`<circle class="faint" cx="${x(share)}" cy="${y(gain)}" r="2.5"/>`)
      }</g>`
    ),
    cells.map(({ where, share, found }) =>
      markup`<g class="${styles[where.labels]}"><line class="interval" x1="${x(share)}" x2="${x(share)}" y1="${
        y(found.low)
      }" y2="${y(found.high)}"/><circle cx="${x(share)}" cy="${y(found.mean)}" r="4.5"/></g>`
    ),
  ];
  const description = cells.map(({ where, share, found }) =>
    `${nameOf(where)}: share ${fixed(share, 2)}, gain ${signed(found.mean)}, ${signed(found.low)} to ${
      signed(found.high)
    }`
  ).join("; ");
  const legend: Legend = Object.entries(styles).map(([labels, style]) => [labelNames[labels as "pairs"], style]);
  return svgOf(
    "Gain of contrastive rewards by the spread of rewards between prompts",
    description,
    [{ title: "Held-out gold, contrastive − PPO at equal KL", drawing }],
    legend.slice(0, 0),
  );
}

/** Names of the colours, for the caption. */
export const whenLegend: string = Object.entries(styles)
  .map(([labels, style]) =>
    `${{ c1: "blue", c2: "orange", c3: "green", c4: "violet" }[style]} ${labelNames[labels as "pairs"]}`
  )
  .join(", ");
