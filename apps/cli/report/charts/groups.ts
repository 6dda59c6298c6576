/** Numbers with intervals, for a few groups side by side. */
import type { Estimate } from "@tare/contrastive";
import { type Markup, markup } from "@tare/eval/report";
import { estimate } from "../format.ts";
import { at, axesOf, below, box, figureOf, levels, type Words } from "./frame.ts";

/** A number for each group, of one kind. */
export interface Row {
  /** What they are of. */
  readonly name: string;
  /** How they look: a class of the style sheet. */
  readonly style: string;
  /** The numbers, one for each group. */
  readonly estimates: readonly Estimate[];
}

/** A chart of dots, each on its interval; zero is always on it. */
export function groupChart(words: Words, groups: readonly string[], rows: readonly Row[]): Markup {
  const all = rows.flatMap(({ estimates }) => estimates);
  const { y } = axesOf([], [0, ...all.flatMap(({ low, high, value }) => [low, high, value])]);
  const step = (box.right - box.left) / groups.length;
  const place = (group: number, row: number) =>
    at(box.left + step * (group + 0.5) + (row - (rows.length - 1) / 2) * Math.min(18, step / (rows.length + 1)));
  const description = rows.map(({ name, estimates }) =>
    `${name}: ${estimates.map((number, i) => `${groups[i]} ${estimate(number)}`).join(", ")}`
  );
  return figureOf(words, description.join("; "), [
    levels(y),
    markup`<g class="ticks middle">${
      groups.map((group, i) =>
        markup`<text x="${at(box.left + step * (i + 0.5))}" y="${box.bottom + 15}">${group}</text>`
      )
    }</g>`,
    below(words.x),
    rows.map(({ style, estimates }, row) =>
      markup`<g class="${style}">${
        estimates.map(({ value, low, high }, group) => {
          const x = place(group, row);
          return markup`<line class="interval" x1="${x}" x2="${x}" y1="${at(y(low))}" y2="${
            at(y(high))
          }"/><circle cx="${x}" cy="${at(y(value))}" r="4"/>`;
        })
      }</g>`
    ),
  ]);
}
