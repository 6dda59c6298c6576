/** Which policy is better: means with intervals, and how each pair fared on the same prompts. */
import type { Estimate } from "@tare/contrastive";
import { extent } from "../charts/frame.ts";
import { intervalGlyph, shareBar } from "../charts/glyphs.ts";
import { count, figure, interval, percent, signed } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import { type ComparedPair, type Comparison, type Measure, measures } from "../sources/comparison.ts";
import type { Section, View } from "../view.ts";

/** What a measure is called. */
const measureNames: Readonly<Record<Measure, string>> = {
  ...{ gold: "gold score", judge: "independent judge", reward: "reward model" },
};

const oneByOne =
  "Each interval is for its pair alone: among twenty pairs that do not differ, one is expected to look as if it did.";

/** Tables of all comparisons. */
export function comparisonSection({ comparisons, style }: View): Section {
  const title = "Comparison";
  if (comparisons.length === 0) {
    const why = "No comparison of policies was given: tare eval compare writes one.";
    return { title, body: [markup`<p class="missing">${why}</p>`] };
  }
  return {
    title,
    body: comparisons.flatMap((comparison) => [
      ...comparisons.length > 1 ? [markup`<h3>${comparison.name}</h3>`] : [],
      markup`<p>${count(comparison.prompts, "held-out prompt")}. ${comparison.note}</p>`,
      policiesTable(comparison, style),
      ...comparison.pairs.length > 1 ? [markup`<p>${oneByOne}</p>`] : [],
      ...pairTables(comparison, style),
    ]),
  };
}

function policiesTable({ policies, reference }: Comparison, style: View["style"]): Markup {
  const scales = measures.filter((measure) => policies.some((policy) => policy[measure])).map((measure) => {
    const known = policies.flatMap((policy) => policy[measure] ? [policy[measure]] : []);
    const line = policies.find(({ name }) => name === reference)?.[measure]?.value;
    return { measure, line, ends: extent(known.flatMap(({ low, high }) => [low, high])) };
  });
  return markup`<div class="scroll"><table>
<thead><tr><th scope="col">policy</th>${
    scales.map(({ measure }) => markup`<th scope="col" class="estimate">${measureNames[measure]}</th>`)
  }<th scope="col">KL from ${reference} <small>nats</small></th><th scope="col">tokens</th><th scope="col">ended by itself</th></tr></thead>
<tbody>${
    policies.map((policy) =>
      markup`<tr><th scope="row" class="${style(policy.name)}"><i class="key"></i>${policy.name}</th>${
        scales.map(({ measure, ends, line }) =>
          estimateCell(policy[measure], figure, (value) =>
            intervalGlyph(value, { ends, line, style: style(policy.name) }))
        )
      }<td>${known(policy.kl, figure)}</td><td>${known(policy.length, figure)}</td><td>${
        known(policy.eosRate, percent)
      }</td></tr>`
    )
  }</tbody></table></div>`;
}

function known(value: number | undefined, write: (number: number) => string): string {
  return value === undefined ? "" : write(value);
}

/** A number over its interval, beside a drawing of both. */
function estimateCell(
  value: Estimate | undefined,
  write: (number: number) => string,
  glyph: (value: Estimate) => Markup | string,
): Markup {
  if (!value || Number.isNaN(value.value)) return markup`<td class="estimate"></td>`;
  return markup`<td class="estimate"><div>${glyph(value)}<span><b>${write(value.value)}</b><small>${
    interval(value, write)
  }</small></span></div></td>`;
}

/** A table for each measure; the first one open. */
function pairTables({ pairs }: Comparison, style: View["style"]): Markup[] {
  const present = new Set(pairs.map(({ by }) => by));
  const used = [...measures.filter((measure) => present.has(measure)), ...present.difference(new Set(measures))];
  return used.map((measure, i) =>
    markup`<details${i === 0 ? markup` open` : ""}><summary>Pairs by ${
      measureName(measure)
    }</summary><div class="scroll"><table>
<thead><tr><th scope="col">pair</th><th scope="col">wins</th><th scope="col">ties</th><th scope="col">losses</th><th scope="col" class="estimate">shares</th><th scope="col" class="estimate">win rate, ties as halves</th><th scope="col" class="estimate">difference of means</th></tr></thead>
<tbody>${pairs.filter(({ by }) => by === measure).map((pair) => pairRow(pair, style))}</tbody></table></div></details>`
  );
}

/** What a pair was judged by, in words. */
export function measureName(by: string): string {
  return Object.hasOwn(measureNames, by) ? measureNames[by as Measure] : by;
}

function pairRow({ a, b, win, tie, lose, invalid = 0, rate, difference }: ComparedPair, style: View["style"]): Markup {
  const all = Math.max(1, win + tie + lose);
  const shares = shareBar([[style(a), win / all], ["tie", tie / all], [style(b), lose / all]]);
  return markup`<tr><th scope="row"><i class="key ${style(a)}"></i>${a} against <i class="key ${style(b)}"></i>${b}${
    invalid > 0 ? markup` <small>${invalid} invalid</small>` : ""
  }</th><td>${win}</td><td>${tie}</td><td>${lose}</td><td class="estimate">${shares}</td>${
    estimateCell(rate, percent, (value) => intervalGlyph(value, { ends: [0, 1], line: 0.5, style: style(a) }))
  }${estimateCell(difference, signed, () => "")}</tr>`;
}
