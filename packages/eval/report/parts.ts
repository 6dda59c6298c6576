/** What both reports say, as texts: parts with tables and sentences. */
import { type Column, conditions, otherWays, outcome } from "./columns.ts";
import { count, estimate, figure, interval, list, percent } from "./format.ts";
import { notesOf, remarksOf } from "./notes.ts";
import type { PairAgreement } from "./ratings.ts";
import type { Comparison } from "./comparison.ts";
import type { JudgeSummary, Summary } from "./summarise.ts";

/** A table; the first cell of a row names it. */
export interface Table {
  /** What it shows. */
  readonly label: string;
  /** Headings of its columns. */
  readonly head: readonly string[];
  /** Its cells. */
  readonly rows: readonly (readonly string[])[];
}

/** A part of a report. */
export interface Part {
  /** Its heading. */
  readonly title: string;
  /** What may be drawn in it. */
  readonly comparisons?: readonly Comparison[];
  /** Its tables. */
  readonly tables: readonly Table[];
  /** Its sentences. */
  readonly notes: readonly string[];
}

/** A report in its order: policies, every judge, agreement of judges, how to read it. */
export function partsOf(summary: Summary): Part[] {
  return [
    { title: "Policies", tables: [policiesTable(summary)], notes: [] },
    ...summary.judges.map(judgePart),
    ...summary.agreements.length > 0 ? [agreementPart(summary.agreements)] : [],
    { title: "How to read this", tables: [], notes: notesOf(summary) },
  ];
}

/** What a report is about, in a line. */
export function headOf({ policies, prompts, judges }: Summary): string {
  const counts = [
    count(policies.length, "policy", "policies"),
    count(prompts, "prompt"),
    count(judges.length, "judge"),
  ];
  return `${counts.join(", ")}.`;
}

function policiesTable({ policies }: Summary): Table {
  return {
    label: "Policies",
    head: ["policy", "responses", "mean characters"],
    rows: policies.map(({ name, responses, length }) => [
      name,
      `${responses}`,
      length.low < length.high // of one response, or of equal ones, nothing is known of others
        ? `${figure(length.mean)} (${figure(length.low)} to ${figure(length.high)})`
        : figure(length.mean),
    ]),
  };
}

function judgePart({ judge, comparisons, ratings }: JudgeSummary): Part {
  return {
    title: `Judge ${judge}`,
    comparisons,
    tables: [
      pairTable("Who won", outcome, comparisons),
      pairTable("The win rate in other ways", otherWays, comparisons),
      pairTable("What may have swayed the judge", conditions, comparisons),
      ...ratings && "policies" in ratings ? [ratingsTable(ratings)] : [],
    ],
    notes: [...comparisons.flatMap(remarksOf), ...ratings ? ratingRemarks(ratings) : []],
  };
}

function pairTable(label: string, columns: readonly Column[], comparisons: readonly Comparison[]): Table {
  return {
    label,
    head: ["pair", ...columns.map(({ head }) => head)],
    rows: comparisons.map((pair) => [`${pair.a} against ${pair.b}`, ...columns.map(({ cell }) => cell(pair))]),
  };
}

type Ratings = NonNullable<JudgeSummary["ratings"]>;

function ratingsTable({ policies }: Extract<Ratings, { policies: unknown }>): Table {
  return {
    label: "Strengths of all policies together, by Bradley and Terry",
    head: ["policy", "rating", "rank"],
    rows: policies.toSorted((one, two) => two.rating.mean - one.rating.mean).map(({ policy, rating, rank }) => [
      policy,
      `${figure(rating.mean)} (${figure(rating.low)} to ${figure(rating.high)})`,
      `${rank}`,
    ]),
  };
}

function ratingRemarks(ratings: Ratings): string[] {
  if ("refused" in ratings) return [`No strengths of all policies together: ${ratings.refused}`];
  const { groups, undefeated, winless } = ratings;
  return [
    ...groups.length > 1
      ? [`Ratings of these groups cannot be compared, they never met: ${groups.map(list).join("; ")}`]
      : [],
    ...undefeated.map((set) =>
      `The rating of ${list(set)} has no upper end: not a point was lost to the other policies`
    ),
    ...winless.map((set) => `The rating of ${list(set)} has no lower end: not a point was won from the other policies`),
  ];
}

function agreementPart(agreements: readonly PairAgreement[]): Part {
  const found = agreements.flatMap(({ one, other, found }) =>
    "kappa" in found ? [{ names: `${one} and ${other}`, ...found }] : []
  );
  const coefficient = ({ value }: { readonly value: number | null }) => value === null ? "–" : figure(value);
  const share = (rate?: Parameters<typeof estimate>[0]) => rate ? estimate(rate) : "–";
  const agreed: Table = {
    label: "How often they said the same",
    head: [
      "judges",
      "prompts",
      "same, ties included",
      "same, where neither has a tie",
      "Cohen’s κ",
      "α nominal",
      "α ordinal",
    ],
    rows: found.map(({ names, prompts, judge, kappa, nominal, ordinal }) => [
      ...[names, `${prompts}`, share(judge.withTies), share(judge.withoutTies)],
      ...[coefficient(kappa), coefficient(nominal), coefficient(ordinal)],
    ]),
  };
  const gaps: Table = {
    label: "Win rates of the judges on what both judged",
    head: ["judges", "pair", "rate by the first", "by the second", "first − second, in points"],
    rows: found.flatMap(({ names, gaps }) =>
      gaps.map(({ a, b, judge, people, gap }) => [
        ...[names, `${a} against ${b}`, percent(judge), percent(people)],
        `${percent(gap.mean)} (${interval(gap)})`,
      ])
    ),
  };
  return {
    title: "Agreement of judges",
    tables: found.length > 0 ? [agreed, gaps] : [],
    notes: agreements.flatMap(({ one, other, found }) =>
      "refused" in found ? [`No agreement of ${one} and ${other}: ${found.refused}`] : []
    ),
  };
}
