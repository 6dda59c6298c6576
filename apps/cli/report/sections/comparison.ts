/** Which policy is better: means with intervals, and how each pair fared on the same prompts. */
import type { Estimate } from "@tare/contrastive";
import { type Markup, markup } from "@tare/eval/report";
import { extent } from "../charts/frame.ts";
import { intervalGlyph, shareBar } from "../charts/glyphs.ts";
import { count, figure, interval, percent, signed } from "../format.ts";
import {
  type ComparedPair,
  type ComparedPolicy,
  type Comparison,
  type Measure,
  measures,
} from "../sources/comparison.ts";
import { comparedBy } from "../pairs.ts";
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

/** A number of each policy, if it is known. */
interface Fact {
  readonly head: string | Markup;
  readonly of: (policy: ComparedPolicy) => number | undefined;
  readonly write: (number: number) => string;
}

function policiesTable({ policies, reference }: Comparison, style: View["style"]): Markup {
  const scales = measures.filter((measure) => policies.some((policy) => policy[measure])).map((measure) => {
    const known = policies.flatMap((policy) => policy[measure] ? [policy[measure]] : []);
    const line = policies.find(({ name }) => name === reference)?.[measure]?.value;
    return { measure, line, ends: extent(known.flatMap(({ low, high }) => [low, high])) };
  });
  const all: readonly Fact[] = [
    { head: markup`KL from ${reference} <small>nats</small>`, of: ({ kl }) => kl, write: figure },
    { head: "tokens", of: ({ length }) => length, write: figure },
    { head: "ended by itself", of: ({ eosRate }) => eosRate, write: percent },
  ];
  const facts = all.filter(({ of }) => policies.some((policy) => of(policy) !== undefined));
  return markup`<div class="scroll"><table>
<thead><tr><th scope="col">policy</th>${
    scales.map(({ measure }) => markup`<th scope="col" class="estimate">${measureNames[measure]}</th>`)
  }${facts.map(({ head }) => markup`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${
    policies.map((policy) =>
      markup`<tr><th scope="row" class="${style(policy.name)}"><i class="key"></i>${policy.name}</th>${
        scales.map(({ measure, ends, line }) =>
          estimateCell(policy[measure], figure, (value) =>
            intervalGlyph(value, { ends, line, style: style(policy.name) }))
        )
      }${
        facts.map(({ of, write }) => markup`<td>${known(of(policy), write)}</td>`)
      }</tr>`
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
  return comparedBy(pairs).map((measure, i) => {
    const own = pairs.filter(({ by }) => by === measure);
    const scored = own.some(({ difference }) => difference); // a judge that is asked gives no scores
    return markup`<details${i === 0 ? markup` open` : ""}><summary>Pairs by ${
      measureName(measure)
    }</summary><div class="scroll"><table>
<thead><tr><th scope="col">pair</th><th scope="col">wins</th><th scope="col">ties</th><th scope="col">losses</th><th scope="col" class="estimate">shares</th><th scope="col" class="estimate">win rate, ties as halves</th>${
      scored ? markup`<th scope="col" class="estimate">difference of means</th>` : ""
    }</tr></thead>
<tbody>${own.map((pair) => pairRow(pair, scored, style))}</tbody></table></div></details>`;
  });
}

/** What a pair was judged by, in words. */
export function measureName(by: string): string {
  return Object.hasOwn(measureNames, by) ? measureNames[by as Measure] : `judge ${by}`;
}

function pairRow(
  { a, b, win, tie, lose, invalid = 0, rate, difference }: ComparedPair,
  scored: boolean,
  style: View["style"],
): Markup {
  const all = Math.max(1, win + tie + lose);
  const shares = shareBar([[style(a), win / all], ["tie", tie / all], [style(b), lose / all]]);
  return markup`<tr><th scope="row"><i class="key ${style(a)}"></i>${a} against <i class="key ${style(b)}"></i>${b}${
    invalid > 0 ? markup` <small>${invalid} invalid</small>` : ""
  }</th><td>${win}</td><td>${tie}</td><td>${lose}</td><td class="estimate">${shares}</td>${
    estimateCell(rate, percent, (value) => intervalGlyph(value, { ends: [0, 1], line: 0.5, style: style(a) }))
  }${scored ? estimateCell(difference, signed, () => "") : ""}</tr>`;
}
