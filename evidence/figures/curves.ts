/** Gold against KL: the mean of all seeds at each checkpoint. */
import { markup } from "@tare/eval/report";
import { mean } from "../../apps/cli/ppo_episodes.ts";
import { at, axesOf, drawAxes } from "../../apps/cli/report/charts/frame.ts";
import { line } from "../../apps/cli/report/charts/d3.ts";
import { armOf } from "../analysis/compare.ts";
import type { Point } from "../analysis/equal_kl.ts";
import { fixed } from "../analysis/markdown.ts";
import type { Run } from "../analysis/read.ts";
import { labelNames, primaryWorlds } from "../analysis/worlds.ts";
import { type Legend, type Panel, svgOf } from "./svg.ts";

const arms = [["contrastive", "c1"], ["ppo", "c2"], ["rloo", "c3"], ["dpo", "c4"]] as const;
const legend: Legend = [["contrastive PPO", "c1"], ["PPO", "c2"], ["RLOO", "c3"], ["DPO", "c4"]];

/** A panel for each kind of labels, a curve for each arm. */
export function curvesFigure(runs: readonly Run[]): string {
  const worlds = primaryWorlds.map((where) => ({
    where,
    curves: arms.map(([arm, style]) => ({ arm, style, points: meanCurve([...armOf(runs, where, arm).values()]) })),
  }));
  const all = worlds.flatMap(({ curves }) => curves.flatMap(({ points }) => points));
  const axes = axesOf(all.map(({ kl }) => kl), all.map(({ gold }) => gold));
  const path = line<Point>(({ kl }) => axes.x(kl), ({ gold }) => axes.y(gold)).digits(1);
  const panels = worlds.map(({ where, curves }): Panel => ({
    title: labelNames[where.labels],
    drawing: [
      drawAxes(axes, "KL from SFT, nats a response"),
      curves.map(({ style, points }) =>
        markup`<g class="${style}"><path class="line" d="${path(points) ?? ""}"/>${
          points.map(({ kl, gold }) => markup`<circle cx="${at(axes.x(kl))}" cy="${at(axes.y(gold))}" r="3"/>`)
        }</g>`
      ),
    ],
  }));
  const description = worlds.flatMap(({ where, curves }) =>
    curves.flatMap(({ arm, points }) => {
      const last = points.at(-1);
      return last ? [`${labelNames[where.labels]}, ${arm}: gold ${fixed(last.gold)} at KL ${fixed(last.kl, 2)}`] : [];
    })
  ).join("; ");
  return svgOf("Gold against KL at noise 0.2, held-out prompts", description, panels, legend);
}

function meanCurve(runs: readonly Run[]): Point[] {
  const [first] = runs;
  if (!first) return [];
  return first.checkpoints.map((_, i) => ({
    step: first.checkpoints[i]!.step,
    kl: mean(runs.map(({ checkpoints }) => checkpoints[i]!.kl)),
    gold: mean(runs.map(({ checkpoints }) => checkpoints[i]!.gold)),
  }));
}
