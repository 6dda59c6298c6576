/** The summary of an evaluation as Markdown. */
import { cut } from "./format.ts";
import { headOf, partsOf, type Table } from "./parts.ts";
import type { Summary } from "./summarise.ts";

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
  const blocks = partsOf(summary).flatMap(({ title, tables, notes }) => [
    `## ${plain(title)}`,
    ...tables.map((table) => `${tables.length > 1 ? `${table.label}:\n\n` : ""}${tableOf(table)}`),
    ...notes.length > 0 ? [notes.map((note) => `- ${plain(note)}`).join("\n")] : [],
  ]);
  return `${[`# ${plain(title)}`, headOf(summary), ...blocks].join("\n\n")}\n`;
}

function tableOf({ head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = line(head.map((_, i) => i === 0 ? "---" : "---:"));
  return [line(head), rule, ...rows.map((cells) => line(cells.map(plain)))].join("\n");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Spaces, control characters, line ends, and marks that turn the direction of text. */
// deno-lint-ignore no-control-regex -- these are what it looks for
const unprintable = /[ \x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+/g;

/** Text on one line that is nothing but text, cut where it is very long. */
function plain(text: string): string {
  return cut(text, 1000).toWellFormed().replace(unprintable, " ").trim()
    .replace(/[&<>]/g, (letter) => entities[letter]!)
    .replace(/[\\`*_[\]|~#$!]/g, "\\$&")
    .replace(/:(?=\/\/)/g, "&#58;").replace(/\b(www)\./gi, "$1&#46;") || "(no name)"; // else GitHub makes links of them
}
