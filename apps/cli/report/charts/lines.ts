/** Curves against a number. */
import { type Markup, markup } from "@tare/eval/report";
import { figure } from "../format.ts";
import { line } from "./d3.ts";
import { at, axesOf, drawAxes, figureOf, type Words } from "./frame.ts";
import { type Point, smooth, thin } from "./points.ts";

/** One curve. */
export interface Line {
  /** Of what. */
  readonly name: string;
  /** How it looks: a class of the style sheet. */
  readonly style: string;
  /** Its points, in the order in which they are joined. */
  readonly points: readonly Point[];
}

/** How curves are drawn: `noisy` ones faintly and, over that, smooth; `few` points as they are, each with a dot. */
export type Drawn = "noisy" | "few";

/** A chart of curves. */
export function lineChart(words: Words, lines: readonly Line[], drawn: Drawn): Markup {
  const all = lines.map((line) => ({ ...line, points: drawn === "few" ? line.points : thin(line.points) }));
  const points = all.flatMap((line) => line.points);
  const axes = axesOf(points.map(({ x }) => x), points.map(({ y }) => y));
  const path = line<Point>(({ x }) => axes.x(x), ({ y }) => axes.y(y)).digits(1);
  return figureOf(words, lines.map(inWords).join("; "), [
    drawAxes(axes, words.x),
    all.map(({ style, points }) =>
      markup`<g class="${style}">${
        drawn === "few" ? [markup`<path class="line" d="${path(points) ?? ""}"/>`, dots(points, axes)] : [
          markup`<path class="faint" d="${path(points) ?? ""}"/>`,
          markup`<path class="line" d="${path(smooth(points)) ?? ""}"/>`,
        ]
      }</g>`
    ),
  ]);
}

/** A dot for each point, a larger one for the last. */
function dots(points: readonly Point[], { x, y }: ReturnType<typeof axesOf>): Markup[] {
  return points.map((point, i) =>
    markup`<circle cx="${at(x(point.x))}" cy="${at(y(point.y))}" r="${i === points.length - 1 ? 4.5 : 3}"/>`
  );
}

function inWords({ name, points }: Line): string {
  const [first, last] = [points[0], points.at(-1)];
  return first && last ? `${name}: from ${figure(first.y)} to ${figure(last.y)}` : `${name}: nothing`;
}
