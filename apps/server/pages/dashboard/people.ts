/** What people found, how far they agree, and how far they can be relied upon. */
import type { Coefficient, Interval } from "@tare/eval";
import { bars, type Markup, markup, policyStyles, scrollTable } from "@tare/eval/report";
import type { PeopleAgreement } from "../../evaluations/people.ts";
import type { People } from "../../evaluations/results.ts";
import { count, progress, share } from "./page.ts";

/** What they found. */
export function peoplePart(people: People, policies: readonly string[]): Markup {
  const { comparisons, agreement, progress: { votes, needed, complete, tasks } } = people;
  return markup`<section><h2>People</h2>
<p class="facts">${progress(votes, needed, "votes")} <span class="soft">${complete} of ${
    count(tasks, "task")
  } complete</span></p>${
    comparisons.length > 0
      ? [bars(comparisons, policyStyles(policies)), agreementOf(agreement)]
      : markup`<p class="empty">No vote yet: invite people, and send each their link.</p>`
  }</section>`;
}

function agreementOf({ tasks, nominal, ordinal }: PeopleAgreement): Markup {
  if (tasks === 0) return markup`<p class="soft">No task has two votes yet, so agreement is not known.</p>`;
  return markup`<dl class="figures"><div><dt>α nominal</dt><dd>${
    coefficient(nominal)
  }</dd></div><div><dt>α ordinal</dt><dd>${
    coefficient(ordinal)
  }</dd></div><div><dt>tasks with two votes or more</dt><dd>${tasks}</dd></div></dl>${
    "reason" in nominal ? markup`<p class="soft">No α: ${nominal.reason}.</p>` : undefined
  }`;
}

/** Each judge against them; nothing where either has decided nothing. */
export function againstPart({ against, comparisons }: People): Markup | undefined {
  if (against.length === 0 || comparisons.length === 0) return undefined;
  const found = against.flatMap(({ judge, found }) => "refused" in found ? [] : [{ name: judge, ...found }]);
  const refused = against.flatMap(({ judge, found }) => "refused" in found ? [{ judge, why: found.refused }] : []);
  const title = "Judges against people";
  const agreed = {
    label: "How often a judge says what a person says",
    head: [
      "judge",
      "prompts",
      "same, ties included",
      "same, where neither has a tie",
      "Cohen’s κ",
      "people with each other",
    ],
    rows: found.map(({ name, prompts, judge, people, kappa }) => [
      ...[name, `${prompts}`, within(judge.withTies), within(judge.withoutTies), coefficient(kappa)],
      within(people.withTies),
    ]),
  };
  const gaps = {
    label: "Win rates on what both decided",
    head: ["judge", "pair", "by the judge", "by people", "judge − people, in points"],
    rows: found.flatMap(({ name, gaps }) =>
      gaps.map(({ a, b, judge, people, gap }) => [name, `${a} against ${b}`, share(judge), share(people), points(gap)])
    ),
  };
  return markup`<section><h2>${title}</h2>${
    found.length > 0 ? [scrollTable(agreed, title), scrollTable(gaps, title)] : undefined
  }${
    refused.length > 0
      ? markup`<ul class="notes">${refused.map(({ judge, why }) => markup`<li><b>${judge}</b>: ${why}</li>`)}</ul>`
      : undefined
  }</section>`;
}

/** How far each can be relied upon; nothing where nobody voted. */
export function qualityPart({ quality }: People): Markup | undefined {
  if (quality.length === 0) return undefined;
  const title = "Annotators";
  const flagged = quality.flatMap(({ annotator, flags }) => flags.map(({ reason }) => ({ annotator, reason })));
  const table = {
    label: "How far each can be relied upon",
    head: [
      "annotator",
      "votes",
      "flags",
      "same as others",
      "gold checks",
      "median time",
      "quick",
      "left",
      "ties",
      "skips",
    ],
    rows: quality.map((it) => [
      ...[it.annotator, `${it.votes}`, it.flags.map(({ kind }) => `⚑ ${kind}`).join(", ") || "–", share(it.agreement)],
      it.goldVotes === 0 ? "–" : `${share(it.gold)} of ${it.goldVotes}`,
      it.dwell === null ? "–" : `${(it.dwell / 1000).toFixed(1)}\u202fs`,
      ...[share(it.quick), share(it.left), share(it.ties), `${it.skips}`],
    ]),
  };
  return markup`<section><h2>${title}</h2>${scrollTable(table, title)}${
    flagged.length > 0
      ? markup`<ul class="notes flags">${
        flagged.map(({ annotator, reason }) => markup`<li><b>${annotator}</b>: ${reason}</li>`)
      }</ul>`
      : undefined
  }</section>`;
}

function coefficient({ value }: Coefficient): string {
  return value === null ? "–" : value.toFixed(2).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");
}

function within(interval: Interval | undefined): string {
  return interval ? `${share(interval.mean)} (${share(interval.low)} to ${share(interval.high)})` : "–";
}

function points({ mean, low, high }: Interval): string {
  const signed = (value: number) => `${value < 0 ? "\u2212" : "+"}${Math.abs(100 * value).toFixed(1)}`;
  return `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}
