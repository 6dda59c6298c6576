/** The five claims in a table. */
import { markup } from "@tare/eval/report";
import { claimsOf } from "../claims.ts";
import { estimate, figure, percent } from "../format.ts";
import type { Section, View } from "../view.ts";

/** Each claim with its numbers, or why it has none. */
export function claimsSection(view: View): Section {
  return {
    title: "The paper’s five claims",
    body: [
      markup`<p>As this run’s own numbers, with 95 % intervals over prompts. They say what happened here, not whether a claim
holds.</p>`,
      markup`<ol class="claims">${
        claimsOf(view).map(({ claim, found }) =>
          markup`<li><h3>${claim}</h3>${
            found.measurable
              ? markup`<dl>${
                found.numbers.map(({ what, value, share, reads }) =>
                  markup`<dt>${what}</dt><dd><b>${
                    estimate(value, share ? percent : figure)
                  }</b> <small>${reads}</small></dd>`
                )
              }</dl>`
              : markup`<p class="missing">Not measurable: ${found.why.replace(/^not measurable /, "")}.</p>`
          }</li>`
        )
      }</ol>`,
    ],
  };
}
