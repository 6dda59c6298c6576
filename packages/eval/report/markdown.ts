/** The summary of an evaluation as Markdown. */
import { type Column, conditions, outcome } from "./columns.ts";
import { count, figure } from "./format.ts";
import { notesOf, remarksOf } from "./notes.ts";
import type { Comparison, JudgeSummary, Summary } from "./summarise.ts";

/** What a Markdown report is told. */
export interface MarkdownReportOptions {
  /** Its heading. @default {"Evaluation"} */
  readonly title?: string;
}

/**
 * A summary as Markdown: for every judge win, tie and lose of each pair in per cent, with intervals, and what they mean.
 *
 * Names come from files and are not trusted: what Markdown or HTML would take for markup is escaped.
 *
 * @param summary What {@linkcode summarise} gave.
 * @param options The heading.
 * @returns The text of a file, in GitHub's Markdown. Equal summaries give equal texts.
 *
 * @example Usage
 * ```ts
 * import { markdownReport, summarise } from "@tare/eval/report";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const said = { promptId: "p", prompt: "2 + 2?" };
 * const responses = [{ policy: "sft", response: "5", ...said }, { policy: "ppo", response: "4", ...said }];
 * const verdicts = [{ judge: "ann", promptId: "p", a: "sft", b: "ppo", winner: "b" }] as const;
 *
 * const report = markdownReport(summarise({ responses, verdicts }), { title: "First try" });
 * assertStringIncludes(report, "# First try");
 * assertStringIncludes(report, "| sft against ppo | 0.0\u202f% (0) | 0.0\u202f% (0) | 100.0\u202f% (1) |");
 * ```
 */
export function markdownReport(summary: Summary, { title = "Evaluation" }: MarkdownReportOptions = {}): string {
  const { policies, prompts, judges } = summary;
  const blocks = [
    `# ${plain(title)}`,
    `${count(policies.length, "policy", "policies")}, ${count(prompts, "prompt")}, ${count(judges.length, "judge")}.`,
    table(
      ["policy", "responses", "mean characters"],
      policies.map(({ name, responses, length }) => [
        plain(name),
        `${responses}`,
        `${figure(length.mean)} (${figure(length.low)} to ${figure(length.high)})`,
      ]),
    ),
    ...judges.flatMap(judgeBlocks),
    "## How to read this",
    notesOf(summary).map((note) => `- ${note}`).join("\n"),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function judgeBlocks({ judge, comparisons }: JudgeSummary): string[] {
  const remarks = comparisons.flatMap((pair) => remarksOf(pair).map((text) => `- ${nameOf(pair)}: ${plain(text)}`));
  return [
    `## Judge ${plain(judge)}`,
    pairTable(outcome, comparisons),
    pairTable(conditions, comparisons),
    ...remarks.length > 0 ? [remarks.join("\n")] : [],
  ];
}

function pairTable(columns: readonly Column[], comparisons: readonly Comparison[]): string {
  return table(
    ["pair", ...columns.map(({ head }) => head)],
    comparisons.map((pair) => [nameOf(pair), ...columns.map(({ cell }) => cell(pair))]),
  );
}

function nameOf({ a, b }: Comparison): string {
  return `${plain(a)} against ${plain(b)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => i === 0 ? "---" : "---:")), ...rows.map(line)].join("\n");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Control characters, line ends, and marks that turn the direction of text. */
// deno-lint-ignore no-control-regex -- these are what it looks for
const unprintable = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+/g;

/** Text on one line that is nothing but text, cut where it is very long. */
function plain(text: string): string {
  const short = text.length > 300 ? `${text.slice(0, 300)}…` : text;
  return short.toWellFormed().replace(unprintable, " ").trim()
    .replace(/[&<>]/g, (letter) => entities[letter]!)
    .replace(/[\\`*_[\]|~#$!]/g, "\\$&")
    .replace(/:(?=\/\/)/g, "&#58;").replace(/\b(www)\./gi, "$1&#46;") || "(no name)"; // else GitHub makes links of them
}
