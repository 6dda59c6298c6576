/** The summary of an evaluation as one HTML file: nothing is loaded, no script runs, and equal rows give equal bytes. */
import { bars, type StyleOf } from "./bars.ts";
import type { Evaluation } from "./evaluation.ts";
import { count } from "./format.ts";
import { orderedOf } from "./judged_pairs.ts";
import { type Markup, markup, textOf, trusted } from "./markup.ts";
import { headOf, type Part, partsOf, type Table } from "./parts.ts";
import { sampleMarkup } from "./sample_markup.ts";
import { type Sample, samplesOf } from "./samples.ts";
import { colours, style } from "./style.ts";
import type { Summary } from "./summarise.ts";

/** What an HTML report is told. */
export interface HtmlReportOptions {
  /** Its heading. @default {"Evaluation"} */
  readonly title?: string;
  /** How many samples it shows. @default {12} */
  readonly samples?: number;
}

/** A part of the page. */
export interface ReportSection {
  /** Its heading, which is not in the body. */
  readonly title: string;
  /** Bars, tables and sentences, in this order. */
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
  const styleOf = policyStyles(names);
  const shown = samplesOf(orderedOf(evaluation, names), samples);
  const parts = reportSections(summary);
  return page(title, headOf(summary), shown.length === 0 ? parts : [...parts, samplesSection(shown, styleOf)]);
}

/**
 * The sections of a report, for a page of one's own: policies, every judge, agreement of judges, how to read it.
 *
 * @param summary What {@linkcode summarise} gave.
 * @returns Sections in their order; {@linkcode reportStyle} says how they look.
 *
 * @example Usage
 * ```ts
 * import { reportSections, summarise } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const said = { promptId: "p", prompt: "2 + 2?" };
 * const responses = [{ policy: "sft", response: "5", ...said }, { policy: "ppo", response: "4", ...said }];
 * const verdicts = [{ judge: "ann", promptId: "p", a: "sft", b: "ppo", winner: "b" }] as const;
 * const sections = reportSections(summarise({ responses, verdicts }));
 * assertEquals(sections.map(({ title }) => title), ["Policies", "Judge ann", "How to read this"]);
 * ```
 */
export function reportSections(summary: Summary): readonly ReportSection[] {
  const styleOf = policyStyles(summary.policies.map(({ name }) => name));
  return partsOf(summary).map((part) => ({ title: part.title, body: bodyOf(part, styleOf) }));
}

/**
 * Gives each policy a colour of the style sheet, by its place.
 *
 * @param policies Names of the policies in their order.
 * @returns Gives the class of a policy.
 *
 * @example Usage
 * ```ts
 * import { policyStyles } from "@tare/eval/report";
 * import { assertEquals } from "@std/assert";
 *
 * const styleOf = policyStyles(["sft", "ppo"]);
 * assertEquals([styleOf("sft"), styleOf("ppo")], ["c0", "c1"]);
 * ```
 */
export function policyStyles(policies: readonly string[]): StyleOf {
  return (policy) => `c${policies.indexOf(policy) % colours}`;
}

function bodyOf({ title, comparisons, tables, notes }: Part, styleOf: StyleOf): Markup[] {
  return [
    ...comparisons ? [bars(comparisons, styleOf)] : [],
    ...tables.map((table) =>
      markup`${tables.length > 1 ? markup`<h3>${table.label}</h3>` : ""}${scrollTable(table, title)}`
    ),
    ...notes.length > 0 ? [markup`<ul class="notes">${notes.map((note) => markup`<li>${note}</li>\n`)}</ul>`] : [],
  ];
}

function samplesSection(shown: readonly Sample[], styleOf: StyleOf): ReportSection {
  const rule =
    "chosen by a rule: disagreements between judges first, at most half of all; then wins and losses by turns.";
  return {
    title: "Samples",
    body: [
      markup`<p>${count(shown.length, "sample")}, ${rule}</p>`,
      ...shown.map((sample) => sampleMarkup(sample, styleOf)),
    ],
  };
}

function page(title: string, head: string, sections: readonly ReportSection[]): string {
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
<header><h1>${title}</h1><p>${head}</p>
<nav aria-label="Sections"><ul>${
    sections.map(({ title }, i) => markup`<li><a href="#s${i + 1}">${title}</a></li>`)
  }</ul></nav></header>
${sections.map(({ title, body }, i) => markup`<section><h2 id="s${i + 1}">${title}</h2>${body}</section>\n`)}
<footer>Made from responses and verdicts; no number was typed in by hand.</footer>
</main></body>
</html>
`);
}

/**
 * A table that scrolls by itself, by keys too.
 *
 * @param table Label, headings and cells; the first cell of a row names it.
 * @param title What it belongs to: with the label it is told from other tables.
 * @returns The table.
 *
 * @example Usage
 * ```ts
 * import { scrollTable, textOf } from "@tare/eval/report";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const table = scrollTable({ label: "Who won", head: ["pair", "win"], rows: [["a & b", "3"]] }, "Judge ann");
 * assertStringIncludes(textOf(table), '<th scope="row">a &amp; b</th><td>3</td>');
 * ```
 */
export function scrollTable({ label, head, rows }: Table, title: string): Markup {
  return markup`<div class="scroll" role="region" aria-label="${label} (${title})" tabindex="0"><table><thead><tr>${
    head.map((name) => markup`<th scope="col">${name}</th>`)
  }</tr></thead><tbody>${
    rows.map(([name, ...cells]) =>
      markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`
    )
  }</tbody></table></div>\n`;
}
