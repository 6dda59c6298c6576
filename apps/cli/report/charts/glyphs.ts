/** Drawings small enough for a cell of a table. The numbers stand beside them, so they say nothing to a screen reader. */
import type { Estimate } from "@tare/contrastive";
import { type Markup, markup } from "@tare/eval/report";
import { scaleLinear } from "./d3.ts";
import { at } from "./frame.ts";

const [width, height] = [100, 18];

/** A dot on its interval, on a scale that a column shares; `line` is a number to compare it with. */
export function intervalGlyph(
  { value, low, high }: Estimate,
  { ends, line, style }: { readonly ends: readonly [number, number]; readonly line?: number; readonly style: string },
): Markup {
  const x = scaleLinear().domain(ends).range([6, width - 6]).clamp(true);
  const middle = height / 2;
  return drawing(
    markup`${
      line === undefined
        ? ""
        : markup`<line class="against" x1="${at(x(line))}" x2="${at(x(line))}" y1="0" y2="${height}"/>`
    }<g class="${style}"><line class="interval" x1="${at(x(low))}" x2="${
      at(x(high))
    }" y1="${middle}" y2="${middle}"/><circle cx="${at(x(value))}" cy="${middle}" r="4"/></g>`,
  );
}

/** Shares of a whole, side by side in one bar: each with its class. They sum to one. */
export function shareBar(shares: readonly (readonly [style: string, share: number])[]): Markup {
  let left = 0;
  return drawing(markup`${
    shares.map(([style, share]) => {
      const from = left;
      left += share * width;
      return markup`<rect class="${style}" x="${at(from)}" y="3" width="${at(Math.max(0, left - from))}" height="12"/>`;
    })
  }`);
}

function drawing(content: Markup): Markup {
  return markup`<svg class="glyph" viewBox="0 0 ${width} ${height}" aria-hidden="true">${content}</svg>`;
}
