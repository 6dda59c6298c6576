/** The summary of an evaluation as one HTML file: nothing is loaded, no script runs, and equal rows give equal bytes. */
import { bars, type StyleOf } from "./bars.ts";
import { type Column, conditions, outcome } from "./columns.ts";
import type { Evaluation } from "./evaluation.ts";
import { count, figure } from "./format.ts";
import { orderedOf } from "./judged_pairs.ts";
import { type Markup, markup, textOf, trusted } from "./markup.ts";
import { notesOf, remarksOf } from "./notes.ts";
import { sampleMarkup } from "./sample_markup.ts";
import { samplesOf } from "./samples.ts";
import { colours, style } from "./style.ts";
import type { Comparison, JudgeSummary, Summary } from "./summarise.ts";

/** What an HTML report is told. */
export interface HtmlReportOptions {
  /** Its heading. @default {"Evaluation"} */
  readonly title?: string;
  /** How many samples it shows. @default {12} */
  readonly samples?: number;
}

/** A part of the page. */
interface Section {
  readonly title: string;
  readonly body: readonly Markup[];
}

/**
 * A summary as a page of HTML: for every judge bars and tables of win, tie and lose with their intervals, what they mean, and
 * samples of what was said and decided.
 *
 * At most half of the samples are those that judges disagree about; then come wins and losses by turns, pairs of policies
 * by turns, prompts by their ids. All texts are shown as texts, whatever stands in them.
 *
 * @param summary What {@linkcode summarise} gave.
 * @param evaluation The rows that it was made from.
 * @param options Heading, and number of samples.
 * @returns The text of a file, in HTML.
 * @throws {RangeError} If the rows do not fit together or are of other policies, or the number of samples makes no sense.
 *
 * @example Usage
 * ```ts
 * import { htmlReport, summarise } from "@tare/eval/report";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const said = { promptId: "p", prompt: "2 + 2?" };
 * const responses = [{ policy: "sft", response: "5", ...said }, { policy: "ppo", response: "<b>4</b>", ...said }];
 * const evaluation = { responses, verdicts: [{ judge: "ann", promptId: "p", a: "sft", b: "ppo", winner: "b" }] as const };
 *
 * const page = htmlReport(summarise(evaluation), evaluation, { title: "First try" });
 * assertStringIncludes(page, "<h1>First try</h1>");
 * assertStringIncludes(page, "&lt;b&gt;4&lt;/b&gt;");
 * ```
 */
export function htmlReport(
  summary: Summary,
  evaluation: Evaluation,
  { title = "Evaluation", samples = 12 }: HtmlReportOptions = {},
): string {
  if (!Number.isSafeInteger(samples) || samples < 0) {
    throw new RangeError(`Expected samples to be an integer of 0 or more but found ${samples}`);
  }
  const names = summary.policies.map(({ name }) => name);
  const styleOf: StyleOf = (policy) => `c${names.indexOf(policy) % colours}`;
  const shown = samplesOf(orderedOf(evaluation, names), samples);
  return page(title, summary, [
    { title: "Policies", body: [policiesTable(summary, styleOf)] },
    ...summary.judges.map((judge) => judgeSection(judge, styleOf)),
    {
      title: "How to read this",
      body: [markup`<ul class="notes">${notesOf(summary).map((note) => markup`<li>${note}</li>`)}</ul>`],
    },
    ...shown.length === 0 ? [] : [{
      title: "Samples",
      body: [
        markup`<p>${
          count(shown.length, "sample")
        }, chosen by a rule: disagreements between judges first, at most half of all; then wins and losses by turns.</p>`,
        ...shown.map((sample) => sampleMarkup(sample, styleOf)),
      ],
    }],
  ]);
}

function page(title: string, { policies, prompts, judges }: Summary, sections: readonly Section[]): string {
  return textOf(markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body><main>
<header><h1>${title}</h1><p>${count(policies.length, "policy", "policies")} · ${count(prompts, "prompt")} · ${
    count(judges.length, "judge")
  }</p>
<nav aria-label="Sections"><ul>${
    sections.map(({ title }, i) => markup`<li><a href="#s${i + 1}">${title}</a></li>`)
  }</ul></nav></header>
${sections.map(({ title, body }, i) => markup`<section><h2 id="s${i + 1}">${title}</h2>${body}</section>\n`)}
<footer>Made from responses and verdicts; no number was typed in by hand.</footer>
</main></body>
</html>
`);
}

function policiesTable({ policies }: Summary, styleOf: StyleOf): Markup {
  return table(
    "Policies",
    ["policy", "responses", "mean characters"],
    policies.map(({ name, responses, length }) =>
      markup`<tr><th scope="row"><i class="key ${styleOf(name)}"></i>${name}</th><td>${responses}</td><td>${
        figure(length.mean)
      } (${figure(length.low)} to ${figure(length.high)})</td></tr>`
    ),
  );
}

function judgeSection({ judge, comparisons }: JudgeSummary, styleOf: StyleOf): Section {
  const title = `Judge ${judge}`;
  const remarks = comparisons.flatMap((pair) =>
    remarksOf(pair).map((text) => markup`<li>${nameOf(pair)}: ${text}</li>`)
  );
  return {
    title,
    body: [
      bars(comparisons, styleOf),
      pairTable(`Who won: ${title}`, outcome, comparisons),
      pairTable(`What may have swayed it: ${title}`, conditions, comparisons),
      ...remarks.length > 0 ? [markup`<ul class="notes">${remarks}</ul>`] : [],
    ],
  };
}

function pairTable(label: string, columns: readonly Column[], comparisons: readonly Comparison[]): Markup {
  return table(
    label,
    ["pair", ...columns.map(({ head }) => head)],
    comparisons.map((pair) =>
      markup`<tr><th scope="row">${nameOf(pair)}</th>${columns.map(({ cell }) => markup`<td>${cell(pair)}</td>`)}</tr>`
    ),
  );
}

/** A table that scrolls by itself, by keys too. */
function table(label: string, head: readonly string[], rows: readonly Markup[]): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table><thead><tr>${
    head.map((name) => markup`<th scope="col">${name}</th>`)
  }</tr></thead><tbody>${rows}</tbody></table></div>\n`;
}

function nameOf({ a, b }: Comparison): string {
  return `${a} against ${b}`;
}
