/** What changed while the runs learned. */
import { type Markup, markup } from "@tare/eval/report";
import { type Line, lineChart } from "../charts/lines.ts";
import { type Point, windowOf } from "../charts/points.ts";
import { figure, list } from "../format.ts";
import type { Metrics, PpoRun } from "../sources/ppo_run.ts";
import type { Section, View } from "../view.ts";
import { legend } from "./legend.ts";

/** A number of each iteration. */
interface Curve {
  /** What it is. */
  readonly title: string;
  /** Its unit, or how to read it. */
  readonly note: string;
  /** The metrics that hold it: the first that a run has. */
  readonly metrics: readonly string[];
  /** Whether only some iterations have it. */
  readonly few?: true;
}

const curves: readonly Curve[] = [
  { title: "Gold score", note: "held-out prompts", metrics: ["eval/gold"], few: true },
  { title: "Gold score", note: "training prompts", metrics: ["train/gold"] },
  { title: "Reward model’s score", note: "held-out prompts", metrics: ["eval/score"], few: true },
  {
    ...{ title: "Reward model’s score", note: "training prompts" },
    metrics: ["contrastive/raw_reward", "objective/scores"],
  },
  { title: "KL from the reference", note: "nats a response", metrics: ["objective/kl"] },
  { title: "Entropy", note: "nats a token", metrics: ["policy/entropy", "objective/entropy"] },
  { title: "Response length", note: "tokens", metrics: ["response_length"] },
  { title: "Ended by itself", note: "share of responses", metrics: ["eos_rate"] },
  { title: "Critic", note: "variance explained", metrics: ["val/explained_variance"] },
  { title: "Above b(x)", note: "share of responses", metrics: ["contrastive/frac_above_baseline"] },
  { title: "Variance of r − b(x)", note: "over that of r", metrics: ["contrastive/variance_ratio"] },
];

/** Curves of all runs, and gold against KL. */
export function curvesSection({ runs, style }: View): Section {
  const title = "Learning curves";
  const shown = runs.filter(({ metrics }) => metrics.length > 0);
  if (shown.length === 0) {
    return { title, body: [markup`<p class="missing">No PPO run was given that has made an iteration.</p>`] };
  }
  const lines = (pick: (metrics: Metrics) => Point) =>
    shown.map((run): Line => ({ name: run.name, style: style(run.name), points: pointsOf(run, pick) }))
      .filter(({ points }) => points.length > 0);
  const drawn = curves.map((curve) => ({ ...curve, lines: lines((metrics) => at(metrics, "step", curve.metrics)) }));
  const goldAgainstKl = goldChart(lines);
  const charts = drawn.filter((curve) => curve.lines.length > 0).map((curve) =>
    lineChart({ ...curve, x: "iteration" }, curve.lines, curve.few ? "few" : "noisy")
  );
  const window = windowOf(Math.max(...shown.map(({ metrics }) => metrics.length)));
  const absent = drawn.filter((curve) => curve.lines.length === 0).map((curve) => `${curve.title} (${curve.note})`);
  return {
    title,
    body: [
      legend(shown.map(({ name }) => [name, style(name)])),
      markup`<p>${
        window === 1
          ? "Lines: each iteration."
          : `Faint: each iteration. Strong: the mean of ${window} iterations around it.`
      } Dots: evaluations. Scores are the reward model’s own, before a baseline is taken away.</p>`,
      markup`<div class="charts">${goldAgainstKl}${charts}</div>`,
      ...absent.length > 0 ? [markup`<p class="missing">Not in these runs’ metrics: ${list(absent)}.</p>`] : [],
      table(shown, drawn),
    ],
  };
}

/** What is gained for the distance from the reference: of held-out prompts where they were evaluated. */
function goldChart(lines: (pick: (metrics: Metrics) => Point) => Line[]): Markup {
  const words = { title: "Gold score against KL", x: "KL from the reference, nats a response" };
  const heldOut = lines((metrics) => at(metrics, "eval/kl", ["eval/gold"]));
  if (heldOut.length > 0) return lineChart({ ...words, note: "held-out prompts" }, heldOut, "few");
  const training = lines((metrics) => at(metrics, "objective/kl", ["train/gold"]));
  if (training.length > 0) return lineChart({ ...words, note: "training prompts" }, training, "noisy");
  return markup``;
}

/** A point of a run's curve; not a number where the metrics lack it. */
function at(metrics: Metrics, x: string, ys: readonly string[]): Point {
  return { x: metrics[x] ?? NaN, y: metrics[ys.find((name) => name in metrics) ?? ""] ?? NaN };
}

function pointsOf({ metrics }: PpoRun, pick: (metrics: Metrics) => Point): Point[] {
  return metrics.map(pick).filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
}

const mostRows = 41;

/** The numbers behind the curves, for who would rather read them; of a long run some iterations. */
function table(runs: readonly PpoRun[], drawn: readonly (Curve & { readonly lines: readonly Line[] })[]): Markup {
  const columns = drawn.filter(({ lines }) => lines.length > 0);
  const rows = runs.flatMap((run) => {
    const each = Math.ceil((run.metrics.length - 1) / (mostRows - 1));
    return run.metrics.filter((_, i) => i % each === 0 || i === run.metrics.length - 1).map((metrics) =>
      markup`<tr><th scope="row">${run.name}</th><td>${metrics.step}</td>${
        columns.map((curve) => {
          const { y } = at(metrics, "step", curve.metrics);
          return markup`<td>${Number.isFinite(y) ? figure(y) : ""}</td>`;
        })
      }</tr>`
    );
  });
  return markup`<details><summary>The numbers behind the curves</summary><div class="scroll"><table>
<thead><tr><th scope="col">run</th><th scope="col">iteration</th>${
    columns.map(({ title, note }) => markup`<th scope="col">${title} <small>${note}</small></th>`)
  }</tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
