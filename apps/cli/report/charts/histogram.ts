/** How often numbers occur, several kinds over each other. */
import { type Markup, markup } from "@tare/eval/report";
import { figure } from "../format.ts";
import { area, curveStepAfter, line } from "./d3.ts";
import { at, axesOf, box, drawAxes, figureOf, type Words } from "./frame.ts";
import type { Point } from "./points.ts";

/** Numbers of one kind. */
export interface Group {
  /** What they are. */
  readonly name: string;
  /** How they look: a class of the style sheet. */
  readonly style: string;
  /** The numbers. */
  readonly values: readonly number[];
}

const bars = 36;

/** A chart of shares: each kind's bars sum to one. What lies far out is counted in the bars at the ends. */
export function histogram(words: Words, groups: readonly Group[]): Markup {
  const ends = rangeOf(groups.flatMap(({ values }) => values));
  const shares = groups.map(({ values }) => sharesOf(values, ends));
  const axes = axesOf([], [], { x: ends, y: [0, 1.05 * Math.max(0.01, ...shares.flat().map(({ y }) => y))] });
  const [x, y] = [(point: Point) => axes.x(point.x), (point: Point) => axes.y(point.y)];
  const outline = line<Point>(x, y).curve(curveStepAfter).digits(1);
  const filled = area<Point>(x, box.bottom, y).curve(curveStepAfter).digits(1);
  const mark = (mean: number) =>
    markup`<line class="mean" x1="${at(axes.x(mean))}" x2="${at(axes.x(mean))}" y1="${box.top}" y2="${box.bottom}"/>`;
  return figureOf(words, groups.map(inWords).join("; "), [
    drawAxes(axes, words.x),
    groups.map(({ style, values }, i) =>
      markup`<g class="${style}"><path class="filled" d="${filled(shares[i]!) ?? ""}"/><path class="outline" d="${
        outline(shares[i]!) ?? ""
      }"/>${mark(Math.min(ends[1], Math.max(ends[0], momentsOf(values).mean)))}</g>`
    ),
  ]);
}

/** Mean and standard deviation. */
export function momentsOf(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}

function inWords({ name, values }: Group): string {
  const { mean, deviation } = momentsOf(values);
  return `${name}: mean ${figure(mean)}, standard deviation ${figure(deviation)}`;
}

/** Where all but a few of the numbers are. */
function rangeOf(values: readonly number[]): [number, number] {
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [0.003, 0.997].map((share) => sorted[Math.round(share * (sorted.length - 1))] ?? 0);
  return low! < high! ? [low!, high!] : [low! - 0.5, low! + 0.5];
}

/** The left edge of each bar and the share of numbers in it; the last one again at the right edge. */
function sharesOf(values: readonly number[], [low, high]: readonly [number, number]): Point[] {
  const counts = new Array<number>(bars).fill(0);
  for (const value of values) {
    const bar = Math.floor((value - low) / (high - low) * bars);
    counts[Math.min(bars - 1, Math.max(0, bar))]! += 1 / values.length;
  }
  return [...counts, counts.at(-1)!].map((y, i) => ({ x: low + i / bars * (high - low), y }));
}
