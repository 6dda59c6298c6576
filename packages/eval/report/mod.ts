/**
 * Evaluations as files: summaries, reports to read, rows to keep, preference pairs to learn from. No dependencies.
 *
 * @module
 */
export { type BarRow, bars, type StyleOf } from "./bars.ts";
export type { Comparison, Reason, SignTest } from "./comparison.ts";
export { csv } from "./csv.ts";
export { type Evaluation, type FindResponses, responsesOf } from "./evaluation.ts";
export {
  htmlReport,
  type HtmlReportOptions,
  policyStyles,
  type ReportSection,
  reportSections,
  scrollTable,
} from "./html.ts";
export { jsonl, readResponses, readVerdicts, type Text } from "./jsonl.ts";
export { markdownReport, type MarkdownReportOptions } from "./markdown.ts";
export type { Table } from "./parts.ts";
export { type PreferenceOptions, type PreferenceRow, preferenceRows, type Preferences } from "./preferences.ts";
export { type Content, type Markup, markup, textOf, trusted } from "./markup.ts";
export type { PairAgreement } from "./ratings.ts";
export { style as reportStyle } from "./style.ts";
export { type JudgeSummary, type PolicySummary, summarise, type SummariseOptions, type Summary } from "./summarise.ts";
