/** An evaluation as files. */
import { csv, type Evaluation, jsonl, preferenceRows } from "@tare/eval/report";
import { exportStudy, humanVerdicts, type OpenStudy } from "@tare/eval/human";
import type { Calculate } from "./calculate.ts";
import { majority, majorityOf } from "./people.ts";

/** Rows of an evaluation that go into one file. */
export type Part = "responses" | "verdicts" | "votes";

/** What is wanted. */
export interface Wanted {
  /** Which rows; `verdicts` are those of judges, `votes` those of people. */
  readonly part: Part;
  /** Whose preferences: the id of a judge, or all people together. */
  readonly judge?: string;
}

/** What files are made from. */
export interface Source {
  /** What its owner calls it. */
  readonly name: string;
  /** The rows. */
  readonly evaluation: Evaluation;
  /** The study; there may be none. */
  readonly study: OpenStudy | undefined;
  /** Computes. */
  readonly calculate: Calculate;
}

/** A file. */
export interface File {
  /** What it is called after the name of the evaluation, with its ending. */
  readonly suffix: string;
  /** Its media type. */
  readonly type: string;
  /** Its text, or the pieces of it. */
  readonly text: string | AsyncIterable<string>;
}

/** Forms that files may have. */
export type Format = "jsonl" | "csv" | "trl" | "html" | "study";

/** How each form is made. They throw a RangeError where there is nothing to make it from. */
export const formats: Readonly<Record<Format, (source: Source, wanted: Wanted) => Promise<File>>> = {
  async jsonl({ evaluation, study }, { part }) {
    const rows = part === "votes" ? await votesOf(study) : evaluation[part];
    return { suffix: `${part}.jsonl`, type: "application/jsonl", text: jsonl(rows) };
  },
  async csv({ evaluation, study }, { part }) {
    const verdicts = part === "votes" ? await votesOf(study) : evaluation.verdicts;
    const suffix = part === "votes" ? "votes.csv" : "verdicts.csv";
    return { suffix, type: "text/csv; charset=utf-8; header=present", text: csv({ ...evaluation, verdicts }) };
  },
  async trl({ evaluation: { responses, verdicts }, study }, { judge = majority }) {
    const all = judge === majority ? majorityOf(await votesOf(study)) : verdicts;
    const { rows } = preferenceRows({ responses, verdicts: all }, { judge, form: "text" });
    return { suffix: "preferences.jsonl", type: "application/jsonl", text: linesOf(rows) };
  },
  async html({ name, evaluation: { responses, verdicts }, study, calculate }) {
    const people = majorityOf(study ? await votesOf(study) : []);
    const evaluation = { responses, verdicts: [...verdicts, ...people] };
    return {
      ...{ suffix: "report.html", type: "text/html; charset=utf-8" },
      text: await calculate("report", { title: name, evaluation }),
    };
  },
  study({ study }) {
    const text = withLineEnds(exportStudy(existing(study)));
    return Promise.resolve({ suffix: "study.jsonl", type: "application/jsonl", text });
  },
};

/** A name as part of a file's name: letters, digits and a little else of ASCII. */
export function fileName(name: string, suffix: string): string {
  const plain = name.normalize("NFKD").replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return `${plain || "evaluation"}-${suffix}`;
}

function existing(study: OpenStudy | undefined): OpenStudy {
  if (study) return study;
  throw new RangeError("Expected votes of people but found no study of this evaluation: make one first");
}

async function votesOf(study: OpenStudy | undefined) {
  return await existing(study).view(humanVerdicts);
}

function linesOf(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

async function* withLineEnds(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield `${line}\n`;
}
