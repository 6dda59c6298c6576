/** What all charts share: their size, axes, and the words for those who do not see them. */
import { type Content, type Markup, markup } from "@tare/eval/report";
import { type ScaleLinear, scaleLinear } from "./d3.ts";

/** Scales of a chart's two axes. */
export interface Axes {
  /** From a number to a place from left to right. */
  readonly x: ScaleLinear<number, number>;
  /** From a number to a place from top to bottom. */
  readonly y: ScaleLinear<number, number>;
}

/** What a chart is, in words. */
export interface Words {
  /** What it shows. */
  readonly title: string;
  /** Smaller, beside the title: the unit, or how to read it. */
  readonly note?: string;
  /** What the axis from left to right counts. */
  readonly x: string;
}

const [width, height] = [360, 200];
/** Where the axes are. */
export const box: Readonly<Record<"left" | "right" | "top" | "bottom", number>> = {
  ...{ left: 46, right: width - 12, top: 8, bottom: height - 36 },
};

/** Axes that hold all numbers, with a little room; both ends of an axis may be given. */
export function axesOf(
  xs: readonly number[],
  ys: readonly number[],
  ends: { readonly x?: readonly [number, number]; readonly y?: readonly [number, number] } = {},
): Axes {
  const [low, high] = ends.y ?? extent(ys);
  const room = ends.y ? 0 : 0.06 * (high - low);
  return {
    x: scaleLinear().domain(ends.x ?? extent(xs)).range([box.left, box.right]),
    y: scaleLinear().domain([low - room, high + room]).range([box.bottom, box.top]),
  };
}

/** The least and the greatest number; around a single one, a unit. */
export function extent(numbers: readonly number[]): [number, number] {
  const low = numbers.reduce((a, b) => Math.min(a, b), Infinity);
  const high = numbers.reduce((a, b) => Math.max(a, b), -Infinity);
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

/** A coordinate, to a tenth of a unit: equal inputs give equal bytes, and few of them. */
export function at(place: number): string {
  return `${Math.round(place * 10) / 10}`;
}

/** A figure with its caption. What stands in `description` is read out in place of the drawing. */
export function figureOf({ title, note }: Words, description: string, drawing: Content): Markup {
  return markup`<figure>
<figcaption><strong>${title}</strong>${note ? markup` <span>${note}</span>` : ""}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img"><title>${title}</title><desc>${description}</desc>${drawing}</svg>
</figure>`;
}

/** The axes of numbers: faint lines across, numbers beside them, and what is counted below. */
export function drawAxes({ x, y }: Axes, label: string): Content {
  const format = x.tickFormat(6);
  return [
    levels(y),
    markup`<g class="ticks middle">${
      x.ticks(6).map((tick) => markup`<text x="${at(x(tick))}" y="${box.bottom + 15}">${format(tick)}</text>`)
    }</g>`,
    label ? below(label) : "",
  ];
}

/** The axis from top to bottom; a zero is drawn stronger. */
export function levels(y: Axes["y"]): Markup {
  const format = y.tickFormat(5);
  return markup`<g class="ticks end">${
    y.ticks(5).map((tick) =>
      markup`<line${tick === 0 ? markup` class="zero"` : ""} x1="${box.left}" x2="${box.right}" y1="${
        at(y(tick))
      }" y2="${at(y(tick))}"/><text x="${box.left - 6}" y="${at(y(tick) + 4)}">${format(tick)}</text>`
    )
  }</g>`;
}

/** What the axis from left to right counts. */
export function below(label: string): Markup {
  return markup`<text class="label" x="${(box.left + box.right) / 2}" y="${height - 3}">${label}</text>`;
}
