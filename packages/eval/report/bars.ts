/** The paper's bars: win, tie and lose side by side, and below them where the win rate lies. */
import { sharesOf, verdictsOf } from "./columns.ts";
import { estimate, percent } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import type { WinRate } from "../stats/win_rate.ts";

/** Gives the class of the style sheet that colours a policy. */
export type StyleOf = (policy: string) => string;

/** What a bar is drawn of: all verdicts about two policies, of a judge or of people. */
export interface BarRow extends WinRate {
  /** The policy whose rates these are. */
  readonly a: string;
  /** The other. */
  readonly b: string;
}

/**
 * Draws a bar for each comparison: win, tie and lose, and below them the win rate with its interval. What a bar shows stands
 * above it as text, so the drawing itself says nothing to a screen reader. {@linkcode reportStyle} says how it looks.
 *
 * @param comparisons What is drawn.
 * @param styleOf Gives the class that colours a policy.
 * @returns A list of bars.
 *
 * @example Usage
 * ```ts
 * import { bars, policyStyles, textOf } from "@tare/eval/report";
 * import { winRate } from "@tare/eval";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const found = winRate([{ winner: "a" }, { winner: "tie" }], ["p", "q"]);
 * const drawn = bars([{ a: "ppo", b: "sft", ...found }], policyStyles(["ppo", "sft"]));
 * assertStringIncludes(textOf(drawn), '<rect class="c0" x="0%" y="0" width="50%" height="18"/>');
 * ```
 */
export function bars(comparisons: readonly BarRow[], styleOf: StyleOf): Markup {
  return markup`<ul class="bars">${comparisons.map((pair) => markup`<li>${bar(pair, styleOf)}</li>\n`)}</ul>`;
}

function bar(pair: BarRow, styleOf: StyleOf): Markup {
  const { a, b, rate, invalid } = pair;
  if (invalid === verdictsOf(pair)) {
    return markup`<p><b>${a} against ${b}</b> <span class="missing">no valid verdict of ${invalid}</span></p>`;
  }
  const { win, tie, lose } = sharesOf(pair);
  const [styleA, styleB] = [styleOf(a), styleOf(b)];
  const parts = [
    { style: styleA, share: win, text: markup`<b>${a}</b> wins ${percent(win)}` },
    { style: "tie", share: tie, text: markup`tie ${percent(tie)}` },
    // Many policies share few colours; two of one colour would look like one.
    { style: styleB === styleA ? "other" : styleB, share: lose, text: markup`<b>${b}</b> wins ${percent(lose)}` },
  ];
  let from = 0;
  const segments = parts.map(({ style, share }) => {
    const x = from;
    from += share;
    return share > 0 ? markup`<rect class="${style}" x="${at(x)}" y="0" width="${at(share)}" height="18"/>` : markup``;
  });
  return markup`<p>${
    parts.map(({ style, text }) => markup`<span><i class="key ${style}"></i>${text}</span> `)
  }</p><svg aria-hidden="true">${segments}<line class="half" x1="50%" x2="50%" y1="0" y2="34"/><line class="interval" x1="${
    at(rate.low)
  }" x2="${at(rate.high)}" y1="27" y2="27"/><circle cx="${
    at(rate.mean)
  }" cy="27" r="4"/></svg><p><small>win rate of ${a}, ties as halves: ${estimate(rate)}${
    invalid > 0 ? `; ${percent(pair.invalidRate)} invalid` : ""
  }</small></p>`;
}

/** A place between the ends of the drawing. */
function at(share: number): string {
  return `${Number((100 * share).toFixed(2))}%`;
}
